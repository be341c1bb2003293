/**
 * The program `keepalive` of the npm package. Unlike main.ts it need not ask whether it is the main program, which not
 * every Node can tell of a link.
 *
 * @module
 */
import { main } from "./main.ts";
import { runAsProgram } from "./program.ts";

runAsProgram(main);
