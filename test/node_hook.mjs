// Node has no import map: the names that the tests use are resolved here.
import { registerHooks } from "node:module";

const NAMES = { "@std/assert": "./std_assert.ts", "@keepalive/tcp": "../mod.ts" };

registerHooks({
  resolve: (name, context, next) =>
    next(Object.hasOwn(NAMES, name) ? new URL(NAMES[name], import.meta.url).href : name, context),
});
