import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const root = import.meta.dirname;

/** Every ES module directly in these folders is an entry of its own; modules in other folders are only imported. */
const entryFolders = ["frontend", "frontend/map"];

const entries = entryFolders
  .filter((folder) => existsSync(resolve(root, folder)))
  .flatMap((folder) =>
    readdirSync(resolve(root, folder))
      .filter((name) => name.endsWith(".js"))
      .sort()
      .map((name) => `${folder}/${name}`),
  );

export default defineConfig({
  root,
  // Relative addresses keep the bundle independent of STATIC_URL.
  base: "./",
  publicDir: false,
  resolve: {
    alias: [
      // One Leaflet only: the one that django-leaflet puts into the page as window.L.
      { find: /^leaflet$/, replacement: resolve(root, "frontend/shims/leaflet.js") },
      { find: "@fira", replacement: resolve(root, "node_modules/@kern-ux/native/dist/fonts/fira-sans") },
    ],
  },
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0, // no data: URLs of our own making, fonts and pictures stay files
    rollupOptions: { input: entries },
  },
});
