import { setAssetBase } from "./base/assets.ts";

// Assets are beside this file in a build, and at the root of the development server.
setAssetBase(import.meta.env.DEV ? location.origin : import.meta.url);

// Only after the base is set: defining the element upgrades those on the page, which begin to load.
await import("./element/element.ts");
