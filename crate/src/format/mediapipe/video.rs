//! Poses that an estimator has found in the pictures of a video, as a clip: one person is followed, gaps are closed,
//! the frames get a steady rate, and noise is smoothed.

use super::landmarks::{COUNT, Landmark};
use super::{Kind, PERSON};
use crate::error::{Error, Result};
use crate::format::rules::somebody;
use crate::skeleton::convert::Conversion;
use crate::skeleton::{LayoutId, Sequence};

/// Seconds without the person that are bridged.
const GAP: f64 = 0.5;
/// Values of a landmark: x, y and visibility in the picture, then x, y, z in metres.
const VALUES: usize = 6;
/// Values of a pose.
const POSE: usize = COUNT * VALUES;

/// What an estimator has found in the pictures of a video.
#[derive(Clone, Copy, Debug)]
pub struct Video<'a> {
    /// Time of each picture in seconds, rising, (N).
    pub times: &'a [f64],
    /// People found in each picture, (N).
    pub counts: &'a [u32],
    /// Landmarks of all people, picture by picture: x and y as shares of the picture, y down, and the visibility,
    /// (P, 33, 3).
    pub picture: &'a [f32],
    /// The same landmarks in metres, in MediaPipe's axes, (P, 33, 3).
    pub world: &'a [f32],
    /// Width of the pictures by their height.
    pub aspect: f64,
}

/// The clip that is wanted of a video.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Its beginning and its end in seconds; a part without pictures is left out.
    pub span: [f64; 2],
    /// Frames per second.
    pub fps: f32,
    /// Standard deviation in seconds of the Gaussian that smooths each coordinate over time; 0 for none.
    pub smooth: f64,
}

impl Video<'_> {
    /// The clip of the person who is followed, in that layout: a MediaPipe layout, or one that there is a conversion
    /// to.
    ///
    /// # Errors
    /// A config error if the values do not fit each other, the rate is none, or there is no conversion; a format error
    /// if nobody is found in the span.
    pub fn clip(&self, to: LayoutId, cut: &Cut) -> Result<Sequence> {
        self.check(cut)?;
        let kind = match to {
            LayoutId::MediaPipe33Picture | LayoutId::OpenPose18 => Kind::Picture,
            _ => Kind::World,
        };
        let track = self.follow();
        let [Some(first), Some(last)] = [self.times.first(), self.times.last()] else {
            return Err(Error::format("there is no picture"));
        };
        let [start, end] = [cut.span[0].max(*first), cut.span[1].min(*last)];
        // A little more, because tenths of a second are not exact.
        let frames = ((end - start).max(0.0) * f64::from(cut.fps) + 1e-6).floor() as usize + 1;
        if frames > Sequence::MAX_FRAMES {
            return Err(Error::config(format!("{frames} frames; at most {}", Sequence::MAX_FRAMES)).at("span"));
        }
        let time = |t: usize| (start + t as f64 / f64::from(cut.fps)).min(end);
        let steady: Vec<Option<Pose>> = (0..frames).map(|t| self.between(&track, time(t))).collect();
        let smooth = smoothed(&steady, cut.smooth * f64::from(cut.fps));
        let layout = kind.layout().layout();
        let size = COUNT * layout.channels();
        let mut data = vec![0.0; frames * size];
        for (t, pose) in smooth.iter().enumerate() {
            let Some(pose) = pose else { continue };
            for (values, v) in
                data[t * size..][..size].chunks_exact_mut(layout.channels()).zip(pose.chunks_exact(VALUES))
            {
                let at = if layout.dims == 2 { [v[0], v[1], 0.0] } else { [v[3], v[4], v[5]] };
                let landmark = Landmark { at, visibility: v[2] };
                kind.write(values, &landmark, Some(self.aspect)).map_err(|e| e.at(format!("frame {t}")))?;
            }
        }
        let clip = Sequence::new(layout.id, cut.fps, frames, 1, data)?;
        somebody(&clip)?;
        if to == clip.layout().id { Ok(clip) } else { Conversion::find(clip.layout().id, to)?.apply(&clip) }
    }

    fn check(&self, cut: &Cut) -> Result<()> {
        let wrong = |cause: String, place: &str| Err(Error::config(cause).at(place));
        let people: usize = self.counts.iter().map(|&n| n as usize).fold(0, usize::saturating_add);
        for (values, place) in [(self.picture, "picture"), (self.world, "world")] {
            if Some(values.len()) != people.checked_mul(PERSON) {
                return wrong(format!("{} values for {people} people of {COUNT} landmarks", values.len()), place);
            }
            if values.iter().any(|v| !v.is_finite()) {
                return wrong("a value is not finite".to_owned(), place);
            }
        }
        if self.counts.len() != self.times.len() {
            return wrong(format!("{} numbers for {} pictures", self.counts.len(), self.times.len()), "counts");
        }
        if !self.times.iter().all(|t| t.is_finite()) || self.times.windows(2).any(|w| w[0] >= w[1]) {
            return wrong("the times do not rise".to_owned(), "times");
        }
        if !(self.aspect.is_finite() && self.aspect > 0.0) {
            return wrong(format!("{:?} is no ratio of width to height", self.aspect), "aspect");
        }
        if !(cut.fps > 0.0 && cut.fps <= 240.0) {
            return wrong(format!("{:?} is not above 0 and at most 240", cut.fps), "fps");
        }
        if !(cut.smooth >= 0.0 && cut.smooth <= 1.0) {
            return wrong(format!("{:?} is not 0 to 1 second", cut.smooth), "smooth");
        }
        match cut.span.iter().all(|t| t.is_finite()) && cut.span[0] <= cut.span[1] {
            true => Ok(()),
            false => wrong(format!("{:?} is no part of a video", cut.span), "span"),
        }
    }

    /// The pose of one person in each picture. The largest of the first picture with somebody is followed: in each
    /// later one it is the nearest.
    fn follow(&self) -> Vec<Option<Pose>> {
        let mut first = 0;
        let mut before: Option<Pose> = None;
        let mut found = Vec::with_capacity(self.times.len());
        for &count in self.counts {
            let people: Vec<Pose> = (first..first + count as usize).map(|p| self.pose(p)).collect();
            first += count as usize;
            let rank = |pose: &Pose| before.as_ref().map_or_else(|| -height(pose), |last| distance(last, pose));
            let best = people.into_iter().min_by(|a, b| rank(a).total_cmp(&rank(b)));
            if best.is_some() {
                before.clone_from(&best);
            }
            found.push(best);
        }
        found
    }

    fn pose(&self, person: usize) -> Pose {
        let at = person * PERSON;
        let (flat, deep) = (&self.picture[at..at + PERSON], &self.world[at..at + PERSON]);
        let both = flat.chunks_exact(3).zip(deep.chunks_exact(3));
        both.flat_map(|(flat, deep)| flat.iter().chain(deep)).map(|&v| f64::from(v)).collect()
    }

    /// The pose at a time, on the line between the pictures around it; none in a gap.
    fn between(&self, track: &[Option<Pose>], time: f64) -> Option<Pose> {
        let place = self.times.partition_point(|t| *t <= time);
        let known = |&i: &usize| track.get(i).is_some_and(Option::is_some);
        let before = (0..place).rev().find(known);
        let after = (place..self.times.len()).find(known);
        match (before, after) {
            (Some(a), Some(b)) if self.times[b] - self.times[a] <= GAP => {
                let share = (time - self.times[a]) / (self.times[b] - self.times[a]);
                let (a, b) = (track[a].as_ref()?, track[b].as_ref()?);
                Some(a.iter().zip(b).map(|(a, b)| a + share * (b - a)).collect())
            }
            (Some(a), _) if self.times[a] == time => track[a].clone(),
            _ => None,
        }
    }
}

/// The values of a person's landmarks, (33, 6).
type Pose = Vec<f64>;

/// From the highest to the lowest landmark, as a share of the picture.
fn height(pose: &Pose) -> f64 {
    let ys = || pose.chunks_exact(VALUES).map(|v| v[1]);
    ys().fold(f64::NEG_INFINITY, f64::max) - ys().fold(f64::INFINITY, f64::min)
}

/// Mean distance of two poses in the picture.
fn distance(a: &Pose, b: &Pose) -> f64 {
    let apart = |(a, b): (&[f64], &[f64])| (a[0] - b[0]).hypot(a[1] - b[1]);
    a.chunks_exact(VALUES).zip(b.chunks_exact(VALUES)).map(apart).sum::<f64>() / COUNT as f64
}

/// The frames under a Gaussian of that standard deviation in frames. Frames without a pose stay so, and their
/// neighbours are weighted without them.
fn smoothed(frames: &[Option<Pose>], deviation: f64) -> Vec<Option<Pose>> {
    if deviation <= 0.0 {
        return frames.to_vec();
    }
    let reach = (3.0 * deviation).ceil() as usize;
    let mean = |t: usize| {
        frames[t].as_ref()?;
        let mut sum = vec![0.0; POSE];
        let mut weights = 0.0;
        let near = frames.iter().enumerate().take(t + reach + 1).skip(t.saturating_sub(reach));
        for (s, pose) in near {
            let Some(pose) = pose else { continue };
            let apart = (s as f64 - t as f64) / deviation;
            let weight = (-0.5 * apart * apart).exp();
            weights += weight;
            for (sum, v) in sum.iter_mut().zip(pose) {
                *sum += weight * v;
            }
        }
        Some(sum.into_iter().map(|v| v / weights).collect())
    };
    (0..frames.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body whose left wrist moves, `x` across the picture.
    fn body(x: f32, wrist: f32) -> (Vec<f32>, Vec<f32>) {
        let at = |j: usize| (0.01 * j as f32 - 0.1, 0.02 * j as f32 - 0.4);
        let flat = (0..COUNT).flat_map(|j| {
            let (dx, dy) = at(j);
            [x + 0.5 * dx, 0.5 + 0.5 * dy + if j == 15 { wrist } else { 0.0 }, 0.9]
        });
        let deep = (0..COUNT).flat_map(|j| {
            let (dx, dy) = at(j);
            [dx, dy + if j == 15 { wrist } else { 0.0 }, 0.1]
        });
        (flat.collect(), deep.collect())
    }

    struct Made {
        times: Vec<f64>,
        counts: Vec<u32>,
        picture: Vec<f32>,
        world: Vec<f32>,
    }

    /// Pictures 0.1 s apart, each with these people: place in the picture, and wrist.
    fn made(pictures: &[&[(f32, f32)]]) -> Made {
        let people = pictures.iter().copied().flatten().map(|&(x, wrist)| body(x, wrist));
        let (picture, world): (Vec<_>, Vec<_>) = people.unzip();
        Made {
            times: (0..pictures.len()).map(|i| 0.1 * i as f64).collect(),
            counts: pictures.iter().map(|p| p.len() as u32).collect(),
            picture: picture.concat(),
            world: world.concat(),
        }
    }

    impl Made {
        fn clip(&self, to: LayoutId, cut: Cut) -> Result<Sequence> {
            let Self { times, counts, picture, world } = self;
            Video { times, counts, picture, world, aspect: 340.0 / 256.0 }.clip(to, &cut)
        }
    }

    const ALL: Cut = Cut { span: [0.0, 100.0], fps: 10.0, smooth: 0.0 };

    #[test]
    fn frames_get_a_steady_rate_between_the_pictures() -> Result<()> {
        let made = made(&[&[(0.5, 0.0)], &[(0.5, 0.1)], &[(0.5, 0.2)]]);
        let clip = made.clip(LayoutId::MediaPipe33, Cut { fps: 20.0, ..ALL })?;
        assert_eq!((clip.frames(), clip.people(), clip.fps), (5, 1, 20.0));
        // The wrist at -0.1 + wrist downwards: metres with y upwards.
        for t in 0..5 {
            let y = clip.joint(t, 0, 15)[1];
            assert!((y - (0.1 - 0.05 * t as f32)).abs() < 1e-6, "{t} {y}");
        }
        let flat = made.clip(LayoutId::MediaPipe33Picture, ALL)?;
        assert!((flat.joint(2, 0, 15)[1] - (0.5 - 0.05 + 0.2)).abs() < 1e-6 && flat.joint(0, 0, 15)[2] == 0.9);
        Ok(())
    }

    #[test]
    fn the_clip_is_converted_and_cut() -> Result<()> {
        let made = made(&[&[(0.5, 0.0)][..]; 11]);
        let cut = Cut { span: [0.25, 0.75], ..ALL };
        for (to, joints) in [(LayoutId::KinectV1, 20), (LayoutId::OpenPose18, 18)] {
            let clip = made.clip(to, cut)?;
            assert_eq!((clip.layout().id, clip.layout().len(), clip.frames()), (to, joints, 6));
        }
        assert!(made.clip(LayoutId::Ntu, cut).is_err_and(|e| e.to_string().contains("it can be converted to")));
        Ok(())
    }

    #[test]
    fn a_person_is_followed_when_others_come_and_the_order_changes() -> Result<()> {
        let made = made(&[&[(0.3, 0.0)], &[(0.8, 0.0), (0.31, 0.0)], &[(0.32, 0.0), (0.79, 0.0)]]);
        let clip = made.clip(LayoutId::MediaPipe33Picture, ALL)?;
        for t in 0..3 {
            assert!((clip.joint(t, 0, 10)[0] - (0.3 + 0.01 * t as f32)).abs() < 1e-5);
        }
        Ok(())
    }

    #[test]
    fn short_gaps_are_bridged_and_long_ones_stay_empty() -> Result<()> {
        let one: &[(f32, f32)] = &[(0.5, 0.0)];
        let clip = made(&[one, &[], &[], one]).clip(LayoutId::MediaPipe33, ALL)?;
        assert!((0..4).all(|t| clip.present(t, 0)));
        let mut pictures = vec![one];
        pictures.resize(20, &[]);
        pictures.push(one);
        let clip = made(&pictures).clip(LayoutId::MediaPipe33, ALL)?;
        assert!(clip.present(0, 0) && clip.present(20, 0) && !clip.present(10, 0));
        let nobody = made(&[&[], &[]]).clip(LayoutId::MediaPipe33, ALL);
        assert!(nobody.is_err_and(|e| e.to_string().starts_with("nobody is seen")));
        Ok(())
    }

    #[test]
    fn noise_is_smoothed_and_a_straight_line_stays() -> Result<()> {
        let noisy: Vec<[(f32, f32); 1]> = (0..21).map(|t| [(0.5, if t % 2 == 0 { 0.05 } else { -0.05 })]).collect();
        let pictures: Vec<&[(f32, f32)]> = noisy.iter().map(|p| &p[..]).collect();
        let clip = made(&pictures).clip(LayoutId::MediaPipe33, Cut { smooth: 0.1, ..ALL })?;
        assert!((clip.joint(10, 0, 15)[1] - 0.1).abs() < 2e-3, "{:?}", clip.joint(10, 0, 15));
        let line: Vec<[(f32, f32); 1]> = (0..21).map(|t| [(0.5, 0.01 * t as f32)]).collect();
        let pictures: Vec<&[(f32, f32)]> = line.iter().map(|p| &p[..]).collect();
        let clip = made(&pictures).clip(LayoutId::MediaPipe33, Cut { smooth: 0.1, ..ALL })?;
        assert!((clip.joint(10, 0, 15)[1] - 0.0).abs() < 1e-5);
        Ok(())
    }

    #[test]
    fn values_that_do_not_fit_are_refused_with_their_place() {
        let good = made(&[&[(0.5, 0.0)], &[(0.5, 0.0)]]);
        let refused = |made: Made, cut: Cut| {
            made.clip(LayoutId::MediaPipe33, cut).err().map(|e| e.to_string()).unwrap_or_default()
        };
        let copy = || Made {
            times: good.times.clone(),
            counts: good.counts.clone(),
            picture: good.picture.clone(),
            world: good.world.clone(),
        };
        assert!(refused(Made { times: vec![0.1, 0.1], ..copy() }, ALL).starts_with("times"));
        assert!(refused(Made { times: vec![f64::NAN, 0.1], ..copy() }, ALL).starts_with("times"));
        assert!(refused(Made { counts: vec![1], ..copy() }, ALL).starts_with("picture"));
        assert!(refused(Made { counts: vec![u32::MAX; 2], ..copy() }, ALL).starts_with("picture"));
        assert!(refused(Made { counts: vec![2], ..copy() }, ALL).starts_with("counts"));
        assert!(refused(Made { world: vec![f32::NAN; 198], ..copy() }, ALL).starts_with("world"));
        assert!(refused(copy(), Cut { fps: 0.0, ..ALL }).starts_with("fps"));
        assert!(refused(copy(), Cut { smooth: -1.0, ..ALL }).starts_with("smooth"));
        assert!(refused(copy(), Cut { span: [1.0, 0.0], ..ALL }).starts_with("span"));
        let none = Made { times: vec![], counts: vec![], picture: vec![], world: vec![] };
        assert!(refused(none, ALL).contains("there is no picture"));
    }
}
