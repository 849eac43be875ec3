import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import path from "node:path";
import { defineConfig } from "vite";

const root = path.resolve(import.meta.dirname, "..");

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  resolve: { alias: [{ find: /^#(sdk|domain)\/(.*)$/, replacement: `${root}/$1/$2.ts` }] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2022" },
});
