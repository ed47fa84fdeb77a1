// Mounts the lab on the page, once. Everything else is in app/ and ui/.
import "./ui/mantine.css";
import "./ui/theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createLab } from "./app/lab";
import { App } from "./ui/App";
import { NeedsSecureAddress } from "./ui/frame/NeedsSecureAddress";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root.");
createRoot(root).render(<StrictMode>{isSecureContext ? <App lab={createLab()} /> : <NeedsSecureAddress />}</StrictMode>);
