# shellcheck shell=sh
# shellcheck disable=SC2154 # start.sh says where it is, and how to say something.
# Sourced by start.sh: the data folder, which is the server's alone, and for one start at a time.

case $(uname) in
Darwin) default_data_dir="${HOME:-.}/Library/Application Support/talkcody-backend" ;;
*) default_data_dir="${XDG_DATA_HOME:-${HOME:-.}/.local/share}/talkcody-backend" ;;
esac
export TALKCODY_DATA_DIR="${TALKCODY_DATA_DIR:-$default_data_dir}"

mkdir -p "$TALKCODY_DATA_DIR" || {
  say "The folder $TALKCODY_DATA_DIR cannot be made; set TALKCODY_DATA_DIR to another one."
  exit 1
}

# A new volume belongs to root. The image names the user that the server is; then root is only the replicator, so that
# the server and what runs for it can look neither into it nor at its keys.
if [ "$(id -u)" = 0 ] && [ -n "${TALKCODY_SERVER_USER:-}" ]; then
  [ "$(stat -c %U "$TALKCODY_DATA_DIR")" = "$TALKCODY_SERVER_USER" ] ||
    chown -R "$TALKCODY_SERVER_USER:" "$TALKCODY_DATA_DIR"
else
  unset TALKCODY_SERVER_USER
fi
chmod 0700 "$TALKCODY_DATA_DIR" || {
  say "The folder $TALKCODY_DATA_DIR belongs to another user; give it to $(id -un), or set TALKCODY_DATA_DIR."
  exit 1
}

# Two replicators of one database would overwrite each other. The lock ends with the processes that hold it.
if command -v flock >/dev/null; then
  exec 9>"$TALKCODY_DATA_DIR/start.lock"
  flock -w 2 9 || {
    say "Another start.sh is at work on $TALKCODY_DATA_DIR; stop it first, or set TALKCODY_DATA_DIR."
    exit 1
  }
fi
