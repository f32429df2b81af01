// Registers every component of the playground.
import "./announcer.ts";
import "./attack-panel.ts";
import "./curves.ts";
import "./engine-badge.ts";
import "./explain.ts";
import "./exports-bar.ts";
import "./figures.ts";
import "./gallery.ts";
import "./lab-section.ts";
import "./notice.ts";
import "./recogniser.ts";
import "./scrubber.ts";
import "./stage.ts";
import "./stage-bar.ts";
import "./verdict.ts";
import "./weights-dialog.ts";
