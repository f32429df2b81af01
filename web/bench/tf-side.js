// A step of the attack with TensorFlow.js: losses and gradient on the device, one read back, the rest on the host.
import { ATTACK, clipOf, Iterate } from "./clip.js";
import { CLASSES, JOINTS } from "./network.js";
import { plain } from "./tf-plain.js";
import { tuned } from "./tf-tuned.js";

const VARIANTS = { plain, tuned };

export class TfSide {
  #tf;
  #model;
  #x0;
  #iterate = new Iterate(new Float32Array());
  #frames = 0;

  /** `x0` is the golden case's clip. */
  constructor(tf, variant, weights, x0) {
    this.#tf = tf;
    this.#model = VARIANTS[variant](tf, weights);
    this.#x0 = x0;
  }

  /** Starts an attack on a clip of `frames` frames. */
  begin(frames) {
    this.#frames = frames;
    this.#iterate = new Iterate(clipOf(this.#x0, frames));
  }

  /** Takes `count` steps; returns the mean seconds per step. */
  async steps(count) {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const { gradient } = await this.#pass(ATTACK.lambda);
      this.#iterate.descend(gradient);
    }
    return (performance.now() - start) / 1000 / count;
  }

  /** Recognises the clip `count` times, without a gradient; returns the mean seconds of each. */
  async forward(count) {
    const tf = this.#tf;
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const logits = tf.tidy(() => this.#model(tf.tensor3d(this.#iterate.clean, [this.#frames, JOINTS, 3])));
      await logits.data();
      logits.dispose();
    }
    return (performance.now() - start) / 1000 / count;
  }

  /** The logits of the clip, the gradient of the cross-entropy alone, and the clip after one step of the attack. */
  async check() {
    const { gradient, logits } = await this.#pass(0);
    await this.steps(1);
    return { logits, gradient, moved: this.#iterate.x.slice() };
  }

  /** Forward pass, losses and gradient to the clip, (T, V, C), in one read back. */
  async #pass(lambda) {
    const tf = this.#tf;
    const shape = [this.#frames, JOINTS, 3];
    const read = tf.tidy(() => {
      let logits = null;
      const loss = (x) => {
        // Kept, because `tf.valueAndGrad` disposes of inner tensors.
        logits = tf.keep(this.#model(x));
        const missed = tf.logSoftmax(logits).slice([0, ATTACK.target], [1, 1]).sum().neg();
        return lambda > 0 ? missed.add(this.#smoothness(x).mul(lambda)) : missed;
      };
      const { value, grad } = tf.valueAndGrad(loss)(tf.tensor3d(this.#iterate.x.slice(), shape));
      const all = tf.concat([value.reshape([1]), logits.reshape([CLASSES]), grad.reshape([-1])]);
      logits.dispose();
      return all;
    });
    const all = await read.data();
    read.dispose();
    return { logits: all.slice(1, 1 + CLASSES), gradient: all.slice(1 + CLASSES) };
  }

  /** The mean over the inner frames of the summed squares of the acceleration. */
  #smoothness(x) {
    const inner = this.#frames - 2;
    const at = (from) => x.slice([from, 0, 0], [inner, JOINTS, 3]);
    return at(2).add(at(0)).sub(at(1).mul(2)).square().sum().div(inner);
  }

  /** Seconds per n x n matrix product, for `count` products in a row, each of the previous one. */
  async product({ n, count }) {
    const tf = this.#tf;
    const scale = Math.sqrt(3 / n);
    const [a, b] = [1, 2].map((seed) => tf.randomUniform([n, n], -scale, scale, "float32", seed));
    const chain = async (times) => {
      const corner = tf.tidy(() => {
        let product = a;
        for (let i = 0; i < times; i++) product = tf.matMul(product, b);
        return product.slice([0, 0], [1, 1]);
      });
      const [value] = await corner.data();
      corner.dispose();
      if (!Number.isFinite(value)) throw new Error("the product is not finite");
    };
    await chain(1);
    const start = performance.now();
    await chain(count);
    const seconds = (performance.now() - start) / 1000 / count;
    tf.dispose([a, b]);
    return seconds;
  }

  /** Live tensors and their bytes, to detect leaks. */
  memory() {
    const { numTensors, numBytes } = this.#tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }
}
