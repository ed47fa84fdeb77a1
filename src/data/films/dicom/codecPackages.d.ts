// The codecs' entries, of which only JavaScript is published.

declare module "@cornerstonejs/codec-*/decodewasmjs" {
  const create: import("./codecModules").CodecFactory;
  export default create;
}
