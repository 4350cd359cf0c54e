import type { SecretPattern } from "../scan/pattern.ts";
import { awsSecret } from "./aws-secret.ts";
import { keyFormats } from "./key-formats.ts";
import { prefixedKey } from "./prefixed-key.ts";
import { privateKey } from "./private-key.ts";
import { urlPassword } from "./url-password.ts";

/** Everything that has the format of a well-known key. */
export const formats: readonly SecretPattern[] = [
  privateKey,
  urlPassword,
  awsSecret,
  ...keyFormats.map(prefixedKey),
];
