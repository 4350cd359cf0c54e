#!/bin/sh
# Says which Node runs the server: the one of the checkout, or else the one of the host.
own="$(dirname "$0")/../node_modules/.bin/node"
if [ -x "$own" ]; then echo "$own"; else command -v node; fi
