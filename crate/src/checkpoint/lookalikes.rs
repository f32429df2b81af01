//! Networks of the field that are recognised by their keys and not read.

use crate::weights::State;

/// A part of a key, all of which must occur, and the network that has them.
const MARKS: [(&[&str], &str); 6] = [
    (&["backbone.gcn.0.gcn.", ".conv_ta"], "AAGCN (pyskl, MMAction2)"),
    (&["backbone.gcn.0.gcn.", ".conv_a."], "2s-AGCN (pyskl, MMAction2 1.x)"),
    (&["net.0.gcn1.convs.0.conv4."], "CTR-GCN (pyskl), whose layers differ from its author's,"),
    (&[".gcn1.conv_ta."], "AAGCN (MS-AAGCN)"),
    (&["sgcn1.", "gcn3d1."], "MS-G3D"),
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
        let pyskl = |keys: &[&str]| of(&[&["backbone.gcn.0.gcn.A"], keys].concat());
        assert_eq!(pyskl(&["backbone.gcn.0.gcn.conv_ta.weight"]), Some("AAGCN (pyskl, MMAction2)"));
        assert_eq!(pyskl(&["backbone.gcn.0.gcn.conv_a.0.weight"]), Some("2s-AGCN (pyskl, MMAction2 1.x)"));
        // These are read.
        assert_eq!(pyskl(&["backbone.gcn.0.gcn.conv.weight"]), None);
        assert_eq!(pyskl(&["backbone.gcn.3.tcn.branches.0.0.weight"]), None);
        assert_eq!(of(&["l1.gcn1.PA", "l1.gcn1.convs.0.conv4.weight", "fc.weight"]), None);
        assert_eq!(of(&["l1.gcn1.PA", "l1.gcn1.conv_a.0.weight"]), None);
        let theirs = of(&["backbone.net.0.gcn1.convs.0.conv4.weight"]);
        assert!(theirs.is_some_and(|name| name.starts_with("CTR-GCN (pyskl)")));
    }
}
