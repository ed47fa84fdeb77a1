// Entry of the check worker: started for one check of the graphics card, ended after it. No logic.
import { createCheck } from "../check/checkGpu";
import { expose } from "./expose";

/** Put in its place by vite.config.ts. */
declare const CHECKED_VERSION: string;

expose(createCheck({ lab: CHECKED_VERSION, browser: navigator.userAgent }));
