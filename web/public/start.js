// Says what is wrong where the module scripts cannot start. A classic script runs where modules do not: in a page that
// was opened as a file, and from a server that sends JavaScript with another type.
(() => {
  const say = (text) => {
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = text;
    (document.querySelector(".poster") ?? document.body).append(line);
  };
  if (location.protocol === "file:") {
    addEventListener("DOMContentLoaded", () =>
      say(
        "This page was opened as a file, and browsers run no modules from files. Serve its folder, for example " +
          "with `python3 -m http.server` there, and open http://localhost:8000.",
      ),
    );
    return;
  }
  addEventListener(
    "error",
    async ({ target }) => {
      if (target?.tagName !== "SCRIPT" || target.type !== "module") return;
      const { pathname } = new URL(target.src);
      const response = await fetch(target.src).catch(() => null);
      if (!response) return say(`${pathname} could not be downloaded. Check the connection, then reload.`);
      if (!response.ok)
        return say(`${pathname}: the server answered ${response.status}. Upload the whole folder dist/.`);
      const type = response.headers.get("Content-Type") ?? "no type";
      say(
        `The server sends ${pathname} as ${type}, and browsers run modules only as text/javascript. ` +
          "Set that type for .js files (and application/wasm for .wasm) in the server's settings.",
      );
    },
    true,
  );
})();
