/** Bun has no import map: where its own node:test does not keep to node:test, it is this. */
import { mock } from "bun:test";
import * as standIn from "./node_test_standin.ts";

mock.module("node:test", () => standIn);
