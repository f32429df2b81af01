//! Which network a state dict is: its keys and shapes show it.

use super::{aliases, lookalikes};
use crate::contract::manifest::Preprocessing;
use crate::error::{Error, Result};
use crate::model::agcn::{AgcnConfig, Stream};
use crate::model::ctrgcn::CtrGcnConfig;
use crate::model::efficient_gcn::EfficientGcnConfig;
use crate::model::heads::holds_heads;
use crate::model::shift_gcn::ShiftGcnConfig;
use crate::model::stgcn::{K, StGcnConfig};
use crate::model::stgcn_pp::StGcnPpConfig;
use crate::skeleton::{Graph, LayoutId, Sequence};
use crate::weights::joint_order::{JointOrder, reordered};
use crate::weights::state::State;

/// The networks that are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// ST-GCN (yysijie/st-gcn).
    StGcn,
    /// A stream of 2s-AGCN (lshiwjx/2s-AGCN).
    Agcn,
    /// Shift-GCN (kchengiva/Shift-GCN).
    ShiftGcn,
    /// EfficientGCN-B0 (JustinXu0/EfficientGCN_paddle).
    EfficientGcn,
    /// ST-GCN with its graphs in the file (pyskl, MMAction2 1.x).
    StGcnPyskl,
    /// ST-GCN++ (pyskl, MMAction2 1.x).
    StGcnPp,
    /// CTR-GCN (Uason-Chen/CTR-GCN).
    CtrGcn,
}

/// What keys and shapes show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which network.
    pub family: Family,
    /// Its skeleton.
    pub layout: LayoutId,
    /// Its number of classes.
    pub classes: usize,
    /// People that it takes; none for ST-GCN and EfficientGCN, which treat people alike.
    pub people: Option<usize>,
    /// The order of its joints, where there is only one or a graph is in the file.
    pub order: Option<JointOrder>,
    /// What was done to its clips, where the weights show it.
    pub preprocessing: Option<Preprocessing>,
}

/// More classes than any set has.
const MAX_CLASSES: usize = 10_000;
/// Keys that an error names.
const NAMED: usize = 5;

impl Family {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::StGcn,
        Self::StGcnPyskl,
        Self::StGcnPp,
        // Before 2s-AGCN, whose mark it has as well.
        Self::CtrGcn,
        Self::Agcn,
        Self::ShiftGcn,
        Self::EfficientGcn,
    ];

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::StGcn => "ST-GCN",
            Self::Agcn => "2s-AGCN",
            Self::ShiftGcn => "Shift-GCN",
            Self::EfficientGcn => "EfficientGCN-B0",
            Self::StGcnPyskl => "ST-GCN (pyskl)",
            Self::StGcnPp => "ST-GCN++",
            Self::CtrGcn => "CTR-GCN",
        }
    }

    /// A key that no network has that comes later in [`Family::ALL`].
    fn mark(self) -> &'static str {
        match self {
            Self::StGcn => "edge_importance.0",
            Self::Agcn => "l1.gcn1.PA",
            Self::ShiftGcn => "l1.gcn1.Feature_Mask",
            Self::EfficientGcn => "input_branches.0.stem_scn.conv.edge",
            Self::StGcnPyskl => "st_gcn_networks.0.gcn.A",
            Self::StGcnPp => "gcn.0.gcn.A",
            Self::CtrGcn => "l1.gcn1.convs.0.conv4.weight",
        }
    }

    /// A key whose array's second axis is the joints.
    fn graph(self) -> &'static str {
        if self == Self::CtrGcn { "l1.gcn1.PA" } else { self.mark() }
    }

    /// Its last layer, classes first.
    fn head(self) -> &'static str {
        match self {
            Self::StGcn | Self::StGcnPyskl => "fcn.weight",
            Self::Agcn | Self::ShiftGcn | Self::CtrGcn => "fc.weight",
            Self::StGcnPp => "fc_cls.weight",
            Self::EfficientGcn => "classifier.fc.weight",
        }
    }

    /// Is it trained as one of four streams, whose scores are added?
    pub fn has_streams(self) -> bool {
        matches!(self, Self::ShiftGcn | Self::StGcnPyskl | Self::StGcnPp | Self::CtrGcn)
    }

    /// Are the joints of each person normalised for themselves, so that the size of `data_bn` shows how many there are?
    fn counts_people(self) -> bool {
        matches!(self, Self::Agcn | Self::ShiftGcn | Self::CtrGcn)
    }

    fn keys(self, layout: LayoutId, classes: usize, people: usize) -> Vec<(String, Vec<usize>)> {
        match self {
            Self::StGcn => StGcnConfig::published(layout, classes).keys(),
            Self::Agcn => AgcnConfig { layout, classes, people, stream: Stream::Joint }.keys(),
            Self::ShiftGcn => ShiftGcnConfig { layout, classes, people }.keys(),
            Self::EfficientGcn => EfficientGcnConfig { layout, classes }.keys(),
            Self::StGcnPyskl => StGcnConfig::published(layout, classes).keys_with_graphs(),
            Self::StGcnPp => StGcnPpConfig { layout, classes }.keys(),
            Self::CtrGcn => CtrGcnConfig { layout, classes, people }.keys(),
        }
    }

    /// A key that stands in published files and that the network does not need.
    fn ignores(self, key: &str) -> bool {
        key.ends_with(".num_batches_tracked")
            || (self == Self::StGcn && key == "A")
            || (self == Self::ShiftGcn && key.ends_with(".xpos"))
    }
}

/// Recognises the network and checks that it is complete. The state dict in the result has the names of the networks
/// here: aliases are renamed, and a prefix such as `module.` of all keys is taken off.
///
/// # Errors
/// Names the keys that were looked for, that are missing or unknown, or have another shape, and a graph that is not
/// ours.
pub fn identify(state: State) -> Result<(Found, State)> {
    if let Some(name) = lookalikes::named(&state) {
        let read = Family::ALL.map(Family::name).join(", ");
        return Err(Error::weights(format!("looks like {name}, which is not read; these are: {read}")));
    }
    let state = aliases::renamed(state);
    let (family, prefix) = family(&state)?;
    let state = if prefix.is_empty() { state } else { state.within(&prefix) };
    let at = |key: &str, cause: String| Err(Error::weights(cause).at(format!("{key:?}")));
    let shape = |key: &str| -> Result<&[usize]> {
        state.shape(key).ok_or_else(|| Error::weights("is missing").at(format!("{key:?}")))
    };

    let mark = shape(family.graph())?;
    let joints = mark.get(1).copied().unwrap_or(0);
    let Some(layout) = LayoutId::ALL.into_iter().find(|l| l.layout().len() == joints) else {
        let mut known: Vec<String> = Vec::new();
        for count in LayoutId::ALL.map(|l| l.layout().len().to_string()) {
            // Several layouts have 17, 25 or 33 joints; the first of them is taken.
            if !known.contains(&count) {
                known.push(count);
            }
        }
        let known = known.join(", ");
        return at(family.graph(), format!("has shape {mark:?}: {joints} joints; skeletons of {known} are known"));
    };
    if family == Family::EfficientGcn && layout != LayoutId::Ntu {
        let cause = format!("has {joints} joints; EfficientGCN is published for NTU RGB+D's 25, whose bones it needs");
        return at(family.graph(), cause);
    }
    if family != Family::ShiftGcn && mark.first() != Some(&K) {
        return at(family.graph(), format!("has shape {mark:?}: a graph in other than {K} parts is not known"));
    }
    let classes = shape(family.head())?.first().copied().unwrap_or(0);
    if !(1..=MAX_CLASSES).contains(&classes) {
        return at(family.head(), format!("{classes} classes; 1 to {MAX_CLASSES} are read"));
    }
    let people = if family == Family::EfficientGcn { 1 } else { people(&state, layout)? };
    complete(family, &family.keys(layout, classes, people), &state)?;
    let people = family.counts_people().then_some(people);
    let order = order(family, layout, &state)?;
    let preprocessing = preprocessing(family, &state);
    Ok((Found { family, layout, classes, people, order, preprocessing }, state))
}

/// EfficientGCN's cross-subject weights were trained on clips as the camera sees them, its cross-view weights on bodies
/// that are centred and turned. The variance of the depth, in square metres, shows which.
fn preprocessing(family: Family, state: &State) -> Option<Preprocessing> {
    const IN_A_ROOM: f32 = 0.5;
    let depth = state.get("input_branches.0.init_bn.running_var", &[6]).ok()?[2];
    let in_room = depth > IN_A_ROOM;
    (family == Family::EfficientGcn).then_some(if in_room { Preprocessing::Padded } else { Preprocessing::Agcn })
}

/// The people whose joints the input's normalisation has.
fn people(state: &State, layout: LayoutId) -> Result<usize> {
    const KEY: &str = "data_bn.weight";
    let at = |cause: String| Err(Error::weights(cause).at(format!("{KEY:?}")));
    let Some(shape) = state.shape(KEY) else { return at("is missing".into()) };
    let (features, each) = (shape.iter().product::<usize>(), layout.layout().len() * layout.layout().channels());
    let (people, most) = (features / each, Sequence::MAX_PEOPLE);
    match features % each == 0 && (1..=most).contains(&people) {
        true => Ok(people),
        false => at(format!("{features} values; one person has {each}, at most {most} are read")),
    }
}

/// The network whose mark is among the keys, and the prefix of the mark.
fn family(state: &State) -> Result<(Family, String)> {
    for family in Family::ALL {
        let prefix = |key: &str| key.strip_suffix(family.mark()).map(str::to_owned);
        let ends = |prefix: &String| prefix.is_empty() || prefix.ends_with('.');
        if let Some(prefix) = state.keys().filter_map(prefix).find(ends) {
            return Ok((family, prefix));
        }
    }
    if holds_heads(state) {
        return Err(Error::weights(
            "holds heads without their network; choose that network with its heads, or name both files in a manifest",
        ));
    }
    let marks = Family::ALL.map(|f| format!("{:?} ({})", f.mark(), f.name())).join(", ");
    let keys: Vec<&str> = state.keys().collect();
    let found = if keys.is_empty() { "no array".to_owned() } else { listed(&keys) };
    Err(Error::weights(format!("no network that is known: looked for {marks}; found {found}")))
}

/// Checks that the arrays are exactly the expected ones, correctly shaped.
fn complete(family: Family, wanted: &[(String, Vec<usize>)], state: &State) -> Result<()> {
    let missing: Vec<&str> = wanted.iter().map(|(key, _)| key.as_str()).filter(|key| !state.contains(key)).collect();
    if let [one] = missing.as_slice()
        && let Some(cause) = state.unread(one)
    {
        return Err(Error::weights(cause).at(format!("{one:?}")));
    }
    if !missing.is_empty() {
        let cause = format!("missing from this {}: {}", family.name(), listed(&missing));
        return Err(Error::weights(cause));
    }
    for (key, shape) in wanted {
        state.expect(key, shape)?;
    }
    let known = |key: &&str| wanted.iter().any(|(wanted, _)| wanted == key) || family.ignores(key);
    let unknown: Vec<&str> = state.keys().filter(|key| !known(key)).collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => {
            let (name, keys) = (family.name(), listed(&unknown));
            Err(Error::weights(format!(
                "keys that the published {name} does not have, so this is a variant of it: {keys}"
            )))
        }
    }
}

/// The first few of many keys.
fn listed(keys: &[&str]) -> String {
    let short = |key: &&str| format!("{:?}", key.chars().take(60).collect::<String>());
    let first = keys.iter().take(NAMED).map(short).collect::<Vec<_>>().join(", ");
    match keys.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The order of the joints, if the file or the layout leaves no choice. A graph in the file must be ours.
fn order(family: Family, layout: LayoutId, state: &State) -> Result<Option<JointOrder>> {
    let orders = JointOrder::of(layout);
    let v = layout.layout().len();
    if family != Family::StGcn || !state.contains("A") {
        return Ok((orders.len() == 1).then_some(orders[0]));
    }
    let ours = Graph::stgcn(layout.layout()).subsets.concat();
    let mut graph = State::new();
    graph.insert("A", &[K, v, v], state.get("A", &[K, v, v])?.to_vec());
    for order in orders {
        let theirs = match order.indices() {
            Some(indices) => reordered(&graph, indices)?,
            None => graph.clone(),
        };
        if theirs.get("A", &[K, v, v])?.iter().zip(&ours).all(|(a, b)| (a - b).abs() < 1e-3) {
            return Ok(Some(*order));
        }
    }
    let name = layout.as_str();
    Err(Error::weights(format!("is not the graph of the layout {name}: another skeleton or partition")).at("\"A\""))
}
