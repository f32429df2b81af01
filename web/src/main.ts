import { setAssetBase } from "./base/assets.ts";
import { askEarly } from "./early/first-files.ts";

// Assets are beside this file in a build, and at the root of the development server.
setAssetBase(import.meta.env.DEV ? location.origin : import.meta.url);

// What fails here is asked for again by the element, which reports it.
askEarly().catch(() => {});

// Only after the base is set: defining the element upgrades those on the page, which begin to load.
await import("./element/element.ts");
