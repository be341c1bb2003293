/** Builds an app for Node, with its packages in it. The mode is the format. */
export default ({ mode }) => ({
  logLevel: "warn",
  ssr: { noExternal: true },
  build: { emptyOutDir: false, rollupOptions: { output: { format: mode, entryFileNames: "bundle" } } },
});
