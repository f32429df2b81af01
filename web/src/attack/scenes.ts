/** A figure of the paper as a scene: settings as in a link, which one click shows and runs. */
export interface Scene {
  figure: "3" | "6" | "7";
  name: string;
  /** What to look at. */
  about: string;
  settings: string;
}

const wave = "clip=synthetic-wave-1&proj=paper";
const legs = `${wave}&mode=localized&region=legs&view=film`;

/**
 * The paper's figures 3, 6 and 7 with its own attack (projection as printed). Its clips are NTU RGB+D's, which may not
 * be passed on, so a clip of the gallery stands in; epsilons are in metres and suit that clip and the shipped network.
 */
export const scenes: readonly Scene[] = [
  {
    figure: "3",
    name: "3a One step",
    about: "A single step along the sign of the gradient, without constraints. Clean above, attacked below.",
    settings: `${wave}&mode=one-step&target=untargeted&eps=0.02&view=film`,
  },
  {
    figure: "3",
    name: "3b Basic",
    about: "All joints move within one epsilon, under all constraints.",
    settings: `${wave}&mode=basic&eps=0.05&view=film`,
  },
  {
    figure: "3",
    name: "3c Localized",
    about: "Only the legs move, within a larger epsilon. Arms, trunk and head stay.",
    settings: `${legs}&eps=0.08`,
  },
  {
    figure: "3",
    name: "3d Advanced",
    about: "Epsilons grow from hip to foot: 0.01, 0.05, 0.15 and 0.25.",
    settings: `${wave}&mode=advanced&region=legs&view=film`,
  },
  {
    figure: "6",
    name: "6a Without smoothness",
    about: "The acceleration is not penalised: watch the trails and the orange joints jitter.",
    settings: `${wave}&mode=basic&eps=0.05&smooth=0&stop=iterations&n=100&trails=1&speed=0.5`,
  },
  {
    figure: "6",
    name: "6b With smoothness",
    about: "The same attack with the penalty on accelerations: joints move evenly.",
    settings: `${wave}&mode=basic&eps=0.05&stop=iterations&n=100&trails=1&speed=0.5`,
  },
  {
    figure: "7",
    name: "7a Without spatial constraints",
    about: "The legs' bones change their lengths from frame to frame.",
    settings: `${legs}&eps=0.1&ssr=0&gan=0&stop=iterations&n=100`,
  },
  {
    figure: "7",
    name: "7b Realignment",
    about: "Bones keep their lengths; poses may still be odd.",
    settings: `${legs}&eps=0.1&gan=0&stop=iterations&n=100`,
  },
  {
    figure: "7",
    name: "7c Realignment and discriminator",
    about: "A discriminator pulls the poses towards real ones.",
    settings: `${legs}&eps=0.1&stop=iterations&n=100`,
  },
];
