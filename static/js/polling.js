// No polling in a tab that nobody sees; when it is seen again, everything asks at once.
import { beforeRequest, pollNow } from "./htmx-events.js";

beforeRequest((source, event) => document.hidden && event?.type === "every");
document.addEventListener("visibilitychange", () => { if (!document.hidden) pollNow(); });
