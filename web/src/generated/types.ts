// Generated from Rust by tests/generated.rs. Do not edit; run: npm run generate

/**
 * All settings of an attack. The default is the paper's basic mode: all joints, one epsilon of 0.02, every constraint
 * on, the least likely class as the target. The paper does not give its number of iterations; the default here is 100.
 */
export type AttackConfig = {
  /** How the attack moves the clip. */
  method: Method;
  /** The loss of the recogniser's answer. */
  prediction: Prediction;
  /** The loss that keeps the change hard to see. */
  restraint: Restraint;
  /** The class that the recogniser should answer. */
  target: Target;
  /** The attack region, joints by index; none means all joints. Joints outside it do not move. */
  joints: Array<number> | null;
  /** The largest change of a coordinate, in the layout's unit (Eq. 5). */
  epsilon: Epsilon;
  /** Step size of the clip and of the discriminator. FGSM ignores it: its step is epsilon. Random draws have none. */
  alpha: number;
  /** Weight of the restraint against the prediction loss (Eq. 12). */
  lambda: number;
  /** Steps at most. FGSM and the part swap ignore it and take one step, BASAR has `queries`. */
  iterations: number;
  /** Queries at most, of BASAR: each of its steps asks for one label. */
  queries: number;
  /** The largest change of a bone's length, as a share of it, of the bone-length attack. */
  tau: number;
  /** How TASAR smooths the network that it attacks. */
  transfer: Transfer;
  /** The constraints that are on. */
  constraints: Constraints;
  /** How epsilon and the bone lengths are enforced after each step. */
  projection: Projection;
  /** How the attack searches within the exact projection's bounds. */
  optimiser: Optimiser;
  /** The cameras that the attack is made for; none if the network sees the skeleton itself. */
  camera: Camera | null;
  /** When to stop early. */
  stop: Stop;
  /**
   * Seed of the discriminator's weights, of the choice of natural frames, and of a camera's views. A change takes
   * effect at the next reset.
   */
  seed: number;
};

/** How an attack moves the clip. */
export type Method =
  | "fgsm"
  | "ciasa"
  | "pgd"
  | "mi-fgsm"
  | "adam"
  | "noise"
  | "rotation"
  | "bone-length"
  | "part-swap"
  | "basar"
  | "tasar";

/** The loss of the recogniser's answer. */
export type Prediction = { kind: "cross-entropy" } | { kind: "margin";
  /** The margin to reach beyond the decision boundary, at least 0. */
  kappa: number;
};

/** The loss that keeps the change hard to see. */
export type Restraint = "ciasa" | "smart";

/** The class that the recogniser should answer. */
export type Target = { kind: "untargeted" } | { kind: "least-likely" } | { kind: "class";
  /** Its index. */
  index: number;
};

/** The bound of each coordinate's change, in the layout's unit. */
export type Epsilon = number | Array<number>;

/** The constraints of section III-B. Each can be switched off (the paper's ablation). */
export type Constraints = {
  /** Clip every coordinate to epsilon after each step. */
  clip: boolean;
  /** Restore the bone lengths after each step (SSR). */
  realign: boolean;
  /** Penalise acceleration (Eq. 7): of the clip or of the perturbation, as `Optimiser::smoothness` says. */
  smooth: boolean;
  /** Penalise poses that a discriminator finds unnatural (Eq. 8). */
  plausible: boolean;
};

/** How epsilon and the bone lengths are enforced after each step, as far as these constraints are on. */
export type Projection = "exact" | "paper";

/**
 * How an attack searches within the exact projection's bounds. With the paper's projection Algorithm 1 runs as it is
 * printed: nothing here applies.
 */
export type Optimiser = {
  /** Remove from each gradient what would only change bone lengths, which the projection would undo. */
  surface: boolean;
  /** The step size over the iterations of a start. */
  schedule: Schedule;
  /**
   * Number of starts, each with all iterations: the first at the original, the others at random places within the
   * bounds. The best iterate of all of them is returned.
   */
  starts: number;
  /** What the discriminator of the plausibility constraint learns, and how. */
  discriminator: Learning;
  /** Whose accelerations the smoothness constraint penalises. */
  smoothness: Smoothness;
};

/** The step size over the iterations of a start. */
export type Schedule = "constant" | "falling";

/** What the discriminator learns, and how. */
export type Learning = "perturbation" | "paper";

/** Whose accelerations the smoothness constraint penalises. */
export type Smoothness = "perturbation" | "paper";

/** How TASAR smooths the network that it attacks, so that what it finds fools others too. */
export type Transfer = {
  /** Draws of the last layer's weights in each step, over which the gradient is averaged. */
  draws: number;
  /** Size of the Gaussian noise of the weights, as a share of the root of their mean square. */
  noise: number;
  /** Share of the motion gradient in the direction, 0 to 1. */
  motion: number;
};

/**
 * The cameras that an attack is made for: level ones around the person, behind each a pose estimator that keeps most
 * of a change in the picture's plane and little of one in depth. The attack's loss is the mean over views from them.
 */
export type Camera = {
  /**
   * The angle around the vertical from where the person faces at first, in degrees, positive towards the person's
   * left.
   */
  angle: number;
  /** The angles of the views lie within this many degrees on both sides of it. */
  spread: number;
  /**
   * Views in each step, each with its own angle and noise of the estimator; another set of as many, which stays the
   * same, judges the iterates.
   */
  views: number;
};

/** When to stop before all iterations are taken. */
export type Stop = { kind: "iterations" } | { kind: "confidence";
  /** A probability, above 0. */
  confidence: number;
  /** Forward passes in a row, at least 1. */
  hold: number;
};

/** An attack by its name in the literature. */
export type Peer =
  | "fgsm"
  | "pgd"
  | "mi-fgsm"
  | "cw"
  | "smart"
  | "ciasa"
  | "noise"
  | "rotation"
  | "bone-length"
  | "part-swap"
  | "tasar"
  | "basar";

/**
 * One step of an attack.
 *
 * `losses`, the probabilities, `predicted` and `fooled` describe the clip *before* the step's update: they come from
 * its forward pass. `figures` describe the clip *after* the update, except for the plausibility, which is from the
 * forward pass too. The last clip needs one more forward pass to be recognised.
 */
export type StepReport = {
  /** Steps taken, from 1. */
  iteration: number;
  /** The parts of the loss. */
  losses: Losses;
  /** The predicted class. */
  predicted: number;
  /** The class predicted for the original clip. */
  original: number;
  /** The class to reach; none if any class other than the original counts. */
  target: number | null;
  /** Probability of the original class. */
  pOriginal: number;
  /** Probability of the target; none without one. */
  pTarget: number | null;
  /** The five likeliest classes, likeliest first. */
  top: Array<Ranked>;
  /** The distance between the clip and the original. */
  figures: Metrics;
  /**
   * Frames of the clip after the update that the exact projection pulled towards the original, because the
   * perturbation could not be brought within epsilon and the bone lengths as it was.
   */
  yieldedFrames: number;
  /** Whether the predicted class is the target, or, untargeted, any class other than the original. */
  fooled: boolean;
  /** Why the attack is over; none while it runs. */
  done: Done | null;
  /** The largest component of the gradient of the loss that is descended, of the clip before the update. */
  gradient: number;
  /**
   * Of a walk that sees labels only: the largest change of a coordinate in the nearest clip so far that meets the
   * goal, in the layout's unit; none before there is one, and for every other attack.
   */
  distance: number | null;
  /**
   * The last and the best iterate, and the indicators of failure, once the attack has run to its end. `figures` are
   * then those of the iterate that is returned.
   */
  outcome: Outcome | null;
};

/** The loss and its parts. The parts are unweighted; a part that the settings leave out is 0. */
export type Losses = {
  /**
   * The loss that the attack minimises: prediction + lambda (smooth + w adversarial + perceptual). The weight w is 1
   * for the paper's discriminator and 0.003 for one that learns the perturbation. With the perceptual loss, both
   * gradients are scaled to unit length before they are added.
   */
  total: number;
  /** Cross-entropy to the target; untargeted, minus the cross-entropy to the original class; or the margin loss. */
  prediction: number;
  /** Mean squared acceleration of the perturbed joints (Eq. 7), or of their perturbation. */
  smooth: number;
  /** The discriminator's loss on the perturbed clip labelled as natural (Eq. 8). */
  adversarial: number;
  /** SMART's perceptual loss. */
  perceptual: number;
  /** The discriminator's own training loss (Eq. 9), not part of the total. */
  discriminator: number;
};

/** A class and its probability. */
export type Ranked = {
  /** Index of the class. */
  index: number;
  /** Its probability, 0 to 1. */
  p: number;
};

/** The metrics of one perturbed clip. Lengths are in the layout's unit. */
export type Metrics = {
  /** The largest change of a coordinate. */
  linf: number;
  /** Mean distance between a joint and its original position, over all seen joints and frames. */
  meanDisplacement: number;
  /** Largest distance between a joint and its original position. */
  maxDisplacement: number;
  /** Largest change of a bone's length, relative to its length in the same frame of the original. */
  boneDeviation: number;
  /**
   * Mean squared change of a joint's acceleration `v[t+1] + v[t-1] - 2 v[t]`, over joints and inner frames, in (unit
   * per frame squared) squared.
   */
  accelerationChange: number;
  /** Mean score of the discriminator, 1 for natural; none if the attack has no discriminator. */
  plausibility: number | null;
  /** Largest excess of a coordinate's change over its epsilon, caused by the realignment. */
  epsilonExcess: number;
};

/** Why an attack is over. */
export type Done = "iterations" | "held" | "cancelled";

/**
 * The end of an attack: its last iterate, its best one, and the indicators of failure.
 *
 * The indicators follow Pintor et al., "Indicators of Attack Failure: Debugging and Improving Optimization of
 * Adversarial Examples", 2022, as far as they apply here.
 */
export type Outcome = {
  /** The last iterate, which the paper's projection returns. */
  last: Judged;
  /**
   * The iterate with the lowest prediction loss of those within epsilon, which the exact projection returns; none if
   * no iterate was within epsilon.
   */
  best: Judged | null;
  /** Whether the best one was returned. */
  returnedBest: boolean;
  /** The lowest prediction loss of random perturbations of the same size. */
  noise: number;
  /** What speaks against the result. */
  flags: Array<Flag>;
};

/** An iterate as the recogniser sees it. */
export type Judged = {
  /** Updates that led to it; 0 is the original. */
  updates: number;
  /** The predicted class. */
  predicted: number;
  /** Whether that class reaches the goal. */
  fooled: boolean;
  /** Probability of the original class, 0 to 1. */
  pOriginal: number;
  /** Probability of the target, 0 to 1; none without one. */
  pTarget: number | null;
  /** The prediction loss. */
  prediction: number;
  /** Its distance from the original. */
  figures: Metrics;
};

/** An indicator of failure. */
export type Flag =
  | "no-gradient"
  | "never-fell"
  | "still-falling"
  | "last-worse"
  | "like-noise"
  | "saturated"
  | "at-bound";

/** The description of a result. */
export type ResultHead = {
  /** `ciasa-result`. */
  format: string;
  /** 1. */
  version: number;
  /** Name of the clip. */
  name: string;
  /** The page's settings, as a link has them after the `#`. */
  settings: string;
  /** Name of the network. */
  network: string;
  /** The attack; none if there was none. */
  attack: AttackRecord | null;
};

/** An attack that is over, with all its steps. */
export type AttackRecord = {
  /** Its settings. */
  config: AttackConfig;
  /** Class names of the attacked network. */
  classes: Array<string>;
  /** One report per step; at least one. */
  reports: Array<StepReport>;
  /** Why it is over. */
  end: Done;
  /** The network's answer to the attacked clip, (classes); empty if it was not asked. */
  probabilities: Array<number>;
};

/** A step of a search. */
export type SearchStep = {
  /** The epsilon that is being tried, in the layout's unit; with one epsilon per joint the largest. */
  epsilon: number;
  /** The attack's step. */
  step: StepReport;
  /** The result, if the step was the last one with this epsilon. */
  trial: Trial | null;
  /** Whether the search is over. */
  done: boolean;
};

/** One epsilon that was tried. */
export type Trial = {
  /** In the layout's unit; with one epsilon per joint the largest. */
  epsilon: number;
  /** Whether the goal was reached within it. */
  reached: boolean;
  /** The highest probability of the target (untargeted: of all classes but the original's) within it. */
  p: number;
  /** Steps taken. */
  steps: number;
};

/** What is to be certified how. */
export type CertificateOrder = {
  /** Standard deviation of the noise along motions, in the layout's unit. */
  deviation: number;
  /** Frequency above which the noise falls, in hertz. */
  cutoff: number;
  /** Draws that choose the class. */
  select: number;
  /** Draws that bound its probability. */
  draws: number;
  /** The probability of a wrong certificate, at most. */
  alpha: number;
  /** Seed of the noise. */
  seed: number;
};

/** How far a vote over noise is. */
export type CertificateStep = {
  /** Draws so far. */
  drawn: number;
  /** Draws in the end. */
  of: number;
  /** The certificate; none before the end, and none if the network abstains. */
  certificate: CertifiedAnswer | null;
  /**
   * How far the attacked clip is from the certified one, in standard deviations of the noise; none without one. It
   * is infinite, and so none, where a joint has moved that was not seen.
   */
  reached: number | null;
};

/** A certified answer. */
export type CertifiedAnswer = {
  /** Index of the class. */
  class: number;
  /** A lower bound of its probability under noise. */
  probability: number;
  /** No shorter change of the clip changes the class; in standard deviations of the noise. */
  radius: number;
  /**
   * The radius as a shift of one coordinate of one joint over the whole clip, in the layout's unit; none if no joint
   * is seen in every frame.
   */
  offset: number | null;
};

/** A clip under an attack, and what the network saw of it. */
export type FilmedClip = {
  /** Id of the network. */
  model: string;
  /** The first digits of the SHA-256 of its weights. */
  weights: string;
  /** The clip's set. */
  dataset: string;
  /** The clip's index in the set, from 0. */
  clip: number;
  /** Name of the clip's file; empty for a set that is one file. */
  file: string;
  /** The first digits of the SHA-256 of the clip. */
  data: string;
  /** The clip's class. */
  label: string;
  /** The attack's target; none if it is untargeted. */
  target: string | null;
  /** Body height, in the clip's unit; none if no frame shows it. */
  height: number | null;
  /** Id of the attacked region; empty for all joints. */
  region: string;
  /** The attack. */
  config: AttackConfig;
  /** Its last report. */
  report: StepReport;
  /** Updates after which an iterate first met the goal. */
  first: number | null;
  /** Duration of the attack in seconds. */
  seconds: number;
  /** The network's answers: from the skeleton, and through each camera. */
  views: Array<View>;
};

/** The network's answers to the clean and the attacked clip in one view. */
export type View = {
  /** The camera's angle from the front in degrees; none: from the skeleton, without a camera. */
  camera: number | null;
  /** The class of the clean clip. */
  clean: string;
  /** The class of the attacked clip. */
  predicted: string;
  /** Its probability, 0 to 1. */
  confidence: number;
  /** The target's probability, 0 to 1; none without a target. */
  pTarget: number | null;
  /** Mean distance of 13 main joints from the clean clip's in metres, after the best similarity of each frame. */
  errorClean: number | null;
  /** The same of the attacked clip. */
  errorAttacked: number | null;
  /** Share of the pictures in which the person was found, 0 to 1. */
  found: number | null;
};

/** The list of shipped networks, `models/manifest.json`. */
export type Manifest = {
  /** Version of this format: 1. */
  version: number;
  /** The networks, the default first. */
  models: Array<ModelEntry>;
};

/** One network. */
export type ModelEntry = {
  /** Stable id, used in addresses. */
  id: string;
  /** Name for people. */
  name: string;
  /** Architecture of the network. */
  architecture: Architecture;
  /** Skeleton layout of its clips. */
  layout: LayoutId;
  /** Names of the classes, in the order of the logits. */
  classes: Array<string>;
  /** Number of people in its input, M. */
  people: number;
  /** Number of frames in its input, T, to which the preprocessing brings a clip; 0 if it takes any number. */
  frames: number;
  /** What happens to a clip before the network reads it. */
  preprocessing: Preprocessing;
  /**
   * The weight files, beside the manifest: one, or one for each stream of an ensemble; and behind a network's file
   * that of its heads, if it has some.
   */
  weights: Array<WeightFile>;
  /** Accuracy on test clips. */
  accuracy: Accuracy;
  /** How the data were split for training and test. */
  split: string;
  /** The data set, with its citation. */
  data: string;
  /** Licence of the weights. */
  licence: string;
  /** The command that trains it again. */
  retrain: string;
};

/** The supported networks. */
export type Architecture =
  | "st-gcn"
  | "2s-agcn-joint"
  | "2s-agcn-bone"
  | "2s-agcn"
  | "shift-gcn"
  | "efficientgcn-b0"
  | "st-gcn++"
  | "ctr-gcn";

/**
 * What happens to a clip before a network reads it. The first three are this project's, the others those of published
 * networks. All of them resample a clip that has more frames than the network takes.
 */
export type Preprocessing =
  | "raw"
  | "centred"
  | "anchored"
  | "padded"
  | "kinetics"
  | "kinetics-up"
  | "2s-agcn"
  | "pyskl"
  | "ctr-gcn";

/** One weight file. */
export type WeightFile = {
  /** File name, beside the manifest. */
  file: string;
  /** Size in bytes. */
  bytes: number;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  /** What its network reads, where that is not the joints and the architecture leaves it open. */
  stream?: Stream;
  /** Whether it holds small heads for the network of the file before it, and no network. */
  heads?: boolean;
};

/** Accuracy on the test side of a split. */
export type Accuracy = {
  /** Share of clips whose class comes first, 0 to 1, measured with the weights that ship. */
  top1: number;
  /** Number of test clips; 0 if the accuracy is unknown. */
  clips: number;
};

/** What weight files hold, and what they leave open. */
export type Identified = {
  /** The network with every question answered by its default. Its accuracy is unknown: of 0 clips. */
  entry: ModelEntry;
  /** A sentence: which network, its classes, its joints. */
  summary: string;
  /** What the files leave open. */
  questions: Array<Question>;
};

/** A question with its possible answers. */
export type Question = {
  /** The field of `Answers` that answers it. */
  id: keyof Answers;
  /** Text for people. */
  text: string;
  /** The possible answers. */
  choices: Array<Choice>;
  /** Value of the default answer. */
  default: string;
};

/** A possible answer. */
export type Choice = {
  /** The value in `Answers`. */
  value: string;
  /** Text for people. */
  label: string;
};

/** What the user knows about weight files. A field that is left out is answered by its default. */
export type Answers = {
  /** The stream of a single file, or of the first of two of 2s-AGCN. */
  stream?: Stream;
  /** The order of the joints. */
  order?: JointOrder;
  /** Number of people in the network's input, M. */
  people?: number;
  /** What happens to a clip before the network reads it. */
  preprocessing?: Preprocessing;
  /** Number of frames in the network's input, T; 0 if it takes any number. */
  frames?: number;
  /** The names of the classes: a text with one in each line, or a JSON array of strings. */
  classNames?: string;
};

/** What a network reads: one of the four streams that ensembles of skeleton networks have. */
export type Stream = "joint" | "bone" | "joint-motion" | "bone-motion";

/** The orders in which data sets of the same sensor number its joints. */
export type JointOrder = "layout" | "utd-mhad" | "msr-action3d";

/** The supported layouts. */
export type LayoutId =
  | "kinect-v1"
  | "ntu"
  | "openpose-18"
  | "hdm05"
  | "coco-17"
  | "mediapipe-33"
  | "mediapipe-33-picture"
  | "h36m-17"
  | "body-25";

/** A skeleton layout. Joints are named by index. */
export type LayoutInfo = {
  /** Its id. */
  id: LayoutId;
  /** Name for people. */
  name: string;
  /** Names of the joints, (V). */
  joints: Array<string>;
  /** Parent of each joint, (V); the centre is its own parent. */
  parents: Array<number>;
  /** Number of channels that are coordinates: 3, or 2 for positions in the picture. */
  dims: number;
  /** Whether a confidence follows the coordinates as the last channel. */
  confidence: boolean;
  /** Unit of the coordinates and of epsilon. */
  unit: string;
  /** Preset attack regions. */
  regions: Array<RegionInfo>;
  /** Default epsilon of each joint for hierarchical clipping, (V). */
  hierarchical: Array<number>;
  /** The joint on the other side, (V); joints on the midline are their own. */
  mirror: Array<number>;
  /** The layouts that clips of this one can be converted to, the best first. */
  conversions: Array<ConversionInfo>;
};

/** A conversion to another layout. */
export type ConversionInfo = {
  /** The layout that is made. */
  to: LayoutId;
  /** Its name for people. */
  name: string;
  /** Which joints are copied, averaged, invented and dropped. */
  sentence: string;
};

/** A named set of joints. */
export type RegionInfo = {
  /** Its id: `set-1` to `set-4`, `legs`, `arms`. */
  id: string;
  /** Name for people. */
  name: string;
  /** The joints, by index. */
  joints: Array<number>;
};

/** A clip without its values, which cross as a `Float32Array` beside it. */
export type ClipHead = {
  /** Skeleton layout. */
  layout: LayoutId;
  /** Frames per second. */
  fps: number;
  /** Number of frames, T. */
  frames: number;
  /** Number of people, M. */
  people: number;
  /** Name of its class; none if unknown. */
  label: string | null;
};

/** A clip of a file, as a list shows it. */
export type ClipEntry = {
  /** The clip's name in the file, or its number from 1 if it has none. */
  id: string;
  /** The action's name, or `class N` counted from 1. */
  label: string | null;
  /** The parts of the set that it belongs to, such as `train`. */
  splits: Array<string>;
  /** Frames that the file keeps for it, the empty ones that fill it up included. */
  frames: number;
  /** People that the file keeps for it, absent ones included. */
  people: number;
};

/** Something odd about a clip's file. */
export type ClipWarning = {
  /** A sentence for a person. */
  text: string;
  /** The unit that mends it, if reading the file again with another unit does. */
  unit: Unit | null;
};

/** The unit of the numbers in a file. */
export type Unit = "m" | "cm" | "mm" | "cmu" | "percent";

/** The recogniser's answer without all its probabilities, which cross as a `Float32Array` beside it. */
export type RecognitionHead = {
  /** The five likeliest classes, likeliest first. */
  top: Array<Ranked>;
};

/** The device that the user asks for. */
export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** The device that the engine computes on. */
export type BackendKind = "webgpu" | "cpu";

/** The device in use and the reason for it. */
export type Backend = {
  /** GPU or CPU. */
  kind: BackendKind;
  /** Name of the GPU or of the CPU backend. */
  name: string;
  /** Why this device is used, a sentence for the user. */
  reason: string;
  /** Whether the GPU is emulated on the CPU. */
  software: boolean;
  /** The latest comparison of GPU and CPU; none if only the CPU is used. */
  parity: Parity | null;
};

/** The GPU's results compared with the CPU's. */
export type Parity = {
  /** Relative L2 distance of the logits. */
  logits: number;
  /** Relative L2 distance of the gradient with respect to the input. */
  gradient: number;
  /** The bound on both distances. */
  tolerance: number;
  /** Whether both distances are within it. */
  ok: boolean;
  /** Milliseconds of one forward and backward pass on the GPU, its shaders compiled before. */
  gpuMs: number;
  /** Milliseconds of one forward and backward pass on the CPU. */
  cpuMs: number;
};

/** An error, as the page catches it. */
export type ErrorMessage = {
  /** A kind of `crate::Error`; "engine" for a crash of the module, "network" for a failed download. */
  kind: string;
  /** Text for people. */
  message: string;
};

/** A network loaded from the user's weight files. */
export type LoadedWeights = {
  /** The network, every question answered. */
  entry: ModelEntry;
  /** The device in use, which may differ from the one before. */
  backend: Backend;
};

/** Memory in use, in bytes. */
export type Memory = {
  /** WebAssembly's linear memory, which never shrinks. */
  wasm: number;
  /** Part of it: what the CPU's kernels keep of the weights of frozen networks, without the helpers' part. */
  kept: number;
  /** Reserved on the GPU; none on the CPU backend. */
  gpu: number | null;
  /** Number of live allocations on the GPU; none on the CPU backend. */
  gpuAllocations: number | null;
};
