//! Networks of the field that are recognised by their keys and not read.

use crate::weights::State;

/// A part of a key, all of which must occur, and the network that has them.
const MARKS: [(&[&str], &str); 10] = [
    (&["backbone.gcn.0.gcn.", ".conv4."], "CTR-GCN (pyskl)"),
    (&["backbone.gcn.0.gcn.", ".conv_ta"], "AAGCN (pyskl, MMAction2)"),
    (&["backbone.gcn.0.gcn.", ".conv_a."], "2s-AGCN (pyskl, MMAction2 1.x)"),
    (&["backbone.gcn.0.gcn.", ".tcn.branches."], "ST-GCN++ (pyskl, MMAction2 1.x)"),
    (&["backbone.gcn.0.gcn."], "ST-GCN (pyskl, MMAction2 1.x)"),
    (&[".gcn1.convs.0.conv4."], "CTR-GCN"),
    (&[".gcn1.conv_ta."], "AAGCN (MS-AAGCN)"),
    (&["sgcn1.", "gcn3d1."], "MS-G3D"),
    (&["input_branches.0.", "main_stream."], "EfficientGCN"),
    (&["layer1.0.conv1.weight", "layer4."], "a ResNet"),
];

/// The network that the keys look like.
pub(super) fn named(state: &State) -> Option<&'static str> {
    let has = |part: &str| state.keys().any(|key| key.contains(part));
    MARKS.into_iter().find(|(parts, _)| parts.iter().all(|part| has(part))).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_name_comes_first() {
        let of = |keys: &[&str]| {
            let mut state = State::new();
            keys.iter().for_each(|key| state.insert(*key, &[1], vec![0.0]));
            named(&state)
        };
        assert_eq!(of(&["l1.gcn1.PA", "l1.gcn1.convs.0.conv4.weight", "fc.weight"]), Some("CTR-GCN"));
        assert_eq!(
            of(&["backbone.gcn.0.gcn.A", "backbone.gcn.0.gcn.conv.weight"]),
            Some("ST-GCN (pyskl, MMAction2 1.x)")
        );
        assert_eq!(
            of(&["backbone.gcn.0.gcn.A", "backbone.gcn.3.tcn.branches.0.conv.weight"]),
            Some("ST-GCN++ (pyskl, MMAction2 1.x)")
        );
        assert_eq!(of(&["l1.gcn1.PA", "l1.gcn1.conv_a.0.weight"]), None);
    }
}
