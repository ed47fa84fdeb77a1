// Entry of the check worker: started for one check of the graphics card, ended after it. No logic.
import { version } from "../../package.json";
import { createCheck } from "../check/checkGpu";
import { expose } from "./expose";

expose(createCheck({ lab: version, browser: navigator.userAgent }));
