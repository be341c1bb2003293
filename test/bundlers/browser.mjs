/** An app for a browser, as far as this can be one: importing works, and a call says why it cannot. */
import { setKeepAlive } from "@keepalive/tcp";

delete globalThis.process;
try {
  setKeepAlive(3, true);
} catch ({ name, code }) {
  console.log(name, code);
}
