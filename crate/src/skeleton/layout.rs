//! Layouts as constant data: names, tree, mirror, attack regions.

use serde::{Deserialize, Serialize};

/// The supported layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LayoutId {
    /// Kinect v1, 20 joints, metres (UTD-MHAD, Northwestern-UCLA, MSR-Action3D).
    #[serde(rename = "kinect-v1")]
    KinectV1,
    /// Kinect v2, 25 joints, metres (NTU RGB+D).
    #[serde(rename = "ntu")]
    Ntu,
    /// OpenPose, 18 joints: x and y as shares of the picture, and a confidence (Kinetics-skeleton).
    #[serde(rename = "openpose-18")]
    OpenPose18,
    /// HDM05, 31 joints, metres.
    #[serde(rename = "hdm05")]
    Hdm05,
    /// COCO, 17 joints: x and y as shares of the picture, and a confidence (HRNet, ViTPose, YOLO, pyskl).
    #[serde(rename = "coco-17")]
    Coco17,
    /// MediaPipe's 33 world landmarks: metres around the middle of the hips, y up, and a visibility.
    #[serde(rename = "mediapipe-33")]
    MediaPipe33,
    /// MediaPipe's 33 landmarks in the picture: x and y as shares of it, and a visibility.
    #[serde(rename = "mediapipe-33-picture")]
    MediaPipe33Picture,
    /// Human3.6M, 17 joints, metres.
    #[serde(rename = "h36m-17")]
    H36m17,
    /// OpenPose's BODY_25: x and y as shares of the picture, and a confidence.
    #[serde(rename = "body-25")]
    Body25,
}

/// A named set of joints that a localized attack may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Stable id, used in settings and addresses: `set-1` to `set-4`, `legs`, `arms`.
    pub id: &'static str,
    /// Name to show.
    pub name: &'static str,
    /// The joints, by index.
    pub joints: &'static [usize],
}

/// A skeleton layout. All indices are 0-based.
#[derive(Debug)]
pub struct Layout {
    /// Its id.
    pub id: LayoutId,
    /// Name to show.
    pub name: &'static str,
    /// Names of the joints, (V).
    pub joints: &'static [&'static str],
    /// Parent of each joint, (V); the centre is its own parent.
    pub parents: &'static [usize],
    /// Root of the tree: the centre of the graph's partition, and where realignment starts.
    pub centre: usize,
    /// The joint at the pelvis, on which inputs are centred.
    pub pelvis: usize,
    /// The joint on the other side of the body, (V); a joint in the middle is its own.
    pub mirror: &'static [usize],
    /// Channels that are coordinates: 3, or 2 in the picture plane.
    pub dims: usize,
    /// Whether a confidence is the last channel, after the coordinates.
    pub confidence: bool,
    /// Unit of the coordinates.
    pub unit: &'static str,
    /// Attack regions. The first four are disjoint and cover all joints (the paper's figure 4 shows four such sets;
    /// its text does not list them, so these are ours: left arm, right arm, trunk with head, both legs).
    pub regions: &'static [Region],
    /// Default epsilon of each joint in advanced mode, (V), in `unit`. The paper's legs in metres: hip 0.01, knee 0.05,
    /// ankle 0.15, foot 0.25; arms by the same ladder; joints of the trunk as the hip.
    pub hierarchical: &'static [f32],
    /// Joints whose bone to the parent counts for plausibility: no fingers, no toes, no face.
    pub major: &'static [usize],
    /// A chain of joints from head to ankle, whose length is the body's height.
    pub height_chain: &'static [usize],
}

impl LayoutId {
    /// Every layout.
    pub const ALL: [Self; 9] = [
        Self::KinectV1,
        Self::Ntu,
        Self::OpenPose18,
        Self::Hdm05,
        Self::Coco17,
        Self::MediaPipe33,
        Self::MediaPipe33Picture,
        Self::H36m17,
        Self::Body25,
    ];

    /// The id in files and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KinectV1 => "kinect-v1",
            Self::Ntu => "ntu",
            Self::OpenPose18 => "openpose-18",
            Self::Hdm05 => "hdm05",
            Self::Coco17 => "coco-17",
            Self::MediaPipe33 => "mediapipe-33",
            Self::MediaPipe33Picture => "mediapipe-33-picture",
            Self::H36m17 => "h36m-17",
            Self::Body25 => "body-25",
        }
    }

    /// The layout with this id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == id)
    }
}

impl Layout {
    /// V, the number of joints.
    pub const fn len(&self) -> usize {
        self.joints.len()
    }

    /// Always false: every layout has joints.
    pub const fn is_empty(&self) -> bool {
        self.joints.is_empty()
    }

    /// C, the channels of a joint: its coordinates, and a confidence in layouts that have one.
    pub const fn channels(&self) -> usize {
        self.dims + self.confidence as usize
    }

    /// The bones as (parent, child), ordered so that a joint's own bone comes before its children's.
    pub fn bones(&self) -> Vec<(usize, usize)> {
        self.order().into_iter().filter(|&j| j != self.centre).map(|j| (self.parents[j], j)).collect()
    }

    /// The joints from the centre outwards: every parent before its children.
    pub fn order(&self) -> Vec<usize> {
        let mut order = vec![self.centre];
        let mut next = 0;
        while next < order.len() {
            let parent = order[next];
            order.extend((0..self.len()).filter(|&j| j != parent && self.parents[j] == parent));
            next += 1;
        }
        order
    }

    /// The region with this id.
    pub fn region(&self, id: &str) -> Option<&Region> {
        self.regions.iter().find(|r| r.id == id)
    }

    /// The index of the joint with this name, ignoring case.
    pub fn joint(&self, name: &str) -> Option<usize> {
        self.joints.iter().position(|j| j.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(check: impl Fn(&Layout)) {
        LayoutId::ALL.into_iter().for_each(|id| check(id.layout()));
    }

    #[test]
    fn every_table_has_a_row_per_joint() {
        each(|l| {
            assert_eq!(LayoutId::parse(l.id.as_str()), Some(l.id));
            for n in [l.parents.len(), l.mirror.len(), l.hierarchical.len()] {
                assert_eq!(n, l.len(), "{}", l.name);
            }
            assert!(l.hierarchical.iter().all(|e| *e > 0.0));
        });
    }

    #[test]
    fn the_tree_is_connected_and_rooted_at_the_centre() {
        each(|l| {
            assert_eq!(l.parents[l.centre], l.centre);
            let mut seen = l.order();
            seen.sort_unstable();
            assert_eq!(seen, (0..l.len()).collect::<Vec<_>>(), "{}", l.name);
            assert_eq!(l.bones().len(), l.len() - 1);
        });
    }

    #[test]
    fn the_mirror_is_an_involution_that_keeps_the_tree_and_swaps_the_names() {
        each(|l| {
            for j in 0..l.len() {
                assert_eq!(l.mirror[l.mirror[j]], j);
                assert_eq!(l.mirror[l.parents[j]], l.parents[l.mirror[j]], "{} {}", l.name, l.joints[j]);
                let swapped = match l.joints[j].split_once(' ') {
                    Some(("left", rest)) => format!("right {rest}"),
                    Some(("right", rest)) => format!("left {rest}"),
                    _ => l.joints[j].to_owned(),
                };
                assert_eq!(l.joints[l.mirror[j]], swapped);
                assert_eq!(l.hierarchical[j], l.hierarchical[l.mirror[j]]);
            }
        });
    }

    #[test]
    fn the_four_sets_cover_every_joint_once_and_legs_and_arms_are_there() {
        each(|l| {
            let mut all: Vec<_> = (1..=4)
                .flat_map(|n| l.region(&format!("set-{n}")).map(|r| r.joints).unwrap_or_default().iter().copied())
                .collect();
            all.sort_unstable();
            assert_eq!(all, (0..l.len()).collect::<Vec<_>>(), "{}", l.name);
            for id in ["legs", "arms"] {
                let mut joints = l.region(id).map(|r| r.joints.to_vec()).unwrap_or_default();
                let mut mirrored: Vec<_> = joints.iter().map(|&j| l.mirror[j]).collect();
                joints.sort_unstable();
                mirrored.sort_unstable();
                assert!(!joints.is_empty() && joints == mirrored, "{} {id}", l.name);
            }
        });
    }

    #[test]
    fn major_bones_and_the_height_chain_follow_the_layout() {
        each(|l| {
            assert!(l.major.iter().all(|&j| j != l.centre && j < l.len()));
            assert!(l.major.len() >= 8, "{}", l.name);
            assert!(l.major.iter().all(|&j| l.major.contains(&l.mirror[j]) || l.mirror[j] == l.centre));
            assert!(l.height_chain.len() >= 4 && l.height_chain.iter().all(|&j| j < l.len()));
        });
    }

    #[test]
    fn the_papers_legs_have_eight_active_joints_and_its_epsilons() {
        let ntu = LayoutId::Ntu.layout();
        let legs = ntu.region("legs").map(|r| r.joints).unwrap_or_default();
        assert_eq!(legs.len(), 8);
        let of = |name: &str| ntu.joint(name).map(|j| ntu.hierarchical[j]);
        assert_eq!(of("left hip"), Some(0.01));
        assert_eq!(of("left knee"), Some(0.05));
        assert_eq!(of("left ankle"), Some(0.15));
        assert_eq!(of("left foot"), Some(0.25));
    }
}
