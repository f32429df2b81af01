import { setAssetBase } from "./base/assets.ts";

// Built, everything lies beside this file; while developing, at the root of the server.
setAssetBase(import.meta.env.DEV ? location.origin : import.meta.url);

// After the base is known: defining the element upgrades those on the page, and they begin to load.
await import("./element/element.ts");
