// A matrix product on WebGPU by a kernel for this one purpose: each invocation keeps 8 x 8 results in registers and
// reads vectors of four, without barriers. This is the fastest form known to us, also on the software adapter.
/* global importScripts */
importScripts("/bench/answer.js");

let device = null;

/** The kernel for n x n, with its inner loop unrolled. */
function kernel(n) {
  const each = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join("\n");
  const lanes = ["x", "y", "z", "w"];
  return `
    @group(0) @binding(0) var<storage, read> a: array<vec4f>;
    @group(0) @binding(1) var<storage, read> b: array<vec4f>;
    @group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let row = id.y * 8u * ${n / 4}u;
      let col = id.x * 2u;
      ${each(8, (r) => `var l${r} = vec4f(); var h${r} = vec4f();`)}
      for (var k = 0u; k < ${n / 4}u; k++) {
        ${each(4, (k) => {
          const row = `let at${k} = (4u * k + ${k}u) * ${n / 4}u + col;`;
          return `${row} let bl${k} = b[at${k}]; let bh${k} = b[at${k} + 1u];`;
        })}
        ${each(8, (r) => {
          const sums = lanes.map(
            (lane, k) => `l${r} += a${r}.${lane} * bl${k}; h${r} += a${r}.${lane} * bh${k};`,
          );
          return `let a${r} = a[row + ${(r * n) / 4}u + k]; ${sums.join(" ")}`;
        })}
      }
      ${each(8, (r) => `c[row + ${(r * n) / 4}u + col] = l${r}; c[row + ${(r * n) / 4}u + col + 1u] = h${r};`)}
    }`;
}

function matrix(n) {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: n * n * 4, usage: STORAGE | COPY_SRC | COPY_DST });
  const scale = Math.sqrt(3 / n);
  device.queue.writeBuffer(
    buffer,
    0,
    Float32Array.from({ length: n * n }, () => scale * (2 * Math.random() - 1)),
  );
  return buffer;
}

self.answer({
  async load() {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new Error("no WebGPU adapter was found");
    device = await adapter.requestDevice();
    return { version: "", detail: "" };
  },

  /** Seconds per product, for `count` products in a row, each of the previous one. */
  async product({ n, count }) {
    if (n % 64 !== 0) throw new Error("n must be a multiple of 64");
    const [one, b, two] = [matrix(n), matrix(n), matrix(n)];
    const corner = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const module = device.createShaderModule({ code: kernel(n) });
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
    const bound = [
      [one, two],
      [two, one],
    ].map(([from, to]) =>
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [from, b, to].map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    const chain = async (times) => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      for (let i = 0; i < times; i++) {
        pass.setBindGroup(0, bound[i % 2]);
        pass.dispatchWorkgroups(n / 64, n / 64);
      }
      pass.end();
      encoder.copyBufferToBuffer(times % 2 === 0 ? one : two, 0, corner, 0, 4);
      device.queue.submit([encoder.finish()]);
      await corner.mapAsync(GPUMapMode.READ);
      const [value] = new Float32Array(corner.getMappedRange());
      corner.unmap();
      if (!Number.isFinite(value)) throw new Error("the product is not finite");
      return value;
    };
    await chain(1);
    const start = performance.now();
    await chain(count);
    const seconds = (performance.now() - start) / 1000 / count;
    for (const buffer of [one, b, two, corner]) buffer.destroy();
    return seconds;
  },
});
