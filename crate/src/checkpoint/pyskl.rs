//! pyskl's and MMAction2 1.x's names of ST-GCN and of ST-GCN++, which has branches in time.
//!
//! ST-GCN gets the names of yysijie/st-gcn, and its graph times the learned importance becomes one adjacency: pyskl's
//! graph for NTU RGB+D is another. ST-GCN++ keeps its names without `backbone.` and `cls_head.`.

use crate::weights::State;

/// A state dict under the names of the networks here. What has other names stays as it is.
pub(super) fn renamed(state: State) -> State {
    if state.keys().any(|key| key.contains(".tcn.branches.")) {
        return state.renamed(|key| {
            let key = key.strip_prefix("backbone.").unwrap_or(&key);
            key.replacen("cls_head.fc.", "fc_cls.", 1).replacen("cls_head.fc_cls.", "fc_cls.", 1)
        });
    }
    let mut state = state.renamed(|key| plain(&key));
    let graphs: Vec<String> = state.keys().filter(|key| key.ends_with(".gcn.A")).map(str::to_owned).collect();
    for key in graphs {
        let importance = state.take(&format!("{}PA", &key[..key.len() - 1]));
        let Some(mut graph) = state.take(&key) else { continue };
        if let Some(importance) = importance.filter(|importance| importance.shape == graph.shape) {
            graph.data.iter_mut().zip(&importance.data).for_each(|(a, m)| *a *= m);
        }
        state.insert(key, &graph.shape, graph.data);
    }
    // The head is a convolution in the original.
    if let Some(head) = state.take("fcn.weight") {
        let shape = if head.shape.len() == 2 { [head.shape.as_slice(), &[1, 1]].concat() } else { head.shape };
        state.insert("fcn.weight", &shape, head.data);
    }
    state
}

/// A name of pyskl's ST-GCN to the original's.
fn plain(key: &str) -> String {
    let key = key.strip_prefix("backbone.").unwrap_or(key);
    if let Some(rest) = key.strip_prefix("cls_head.fc_cls.").or_else(|| key.strip_prefix("cls_head.fc.")) {
        return format!("fcn.{rest}");
    }
    let Some((block, rest)) = key.strip_prefix("gcn.").and_then(|rest| rest.split_once('.')) else {
        return key.to_owned();
    };
    let parts = [
        ("gcn.bn.", "tcn.0."),
        ("tcn.conv.", "tcn.2."),
        ("tcn.bn.", "tcn.3."),
        ("residual.conv.", "residual.0."),
        ("residual.bn.", "residual.1."),
    ];
    let rest = parts
        .into_iter()
        .find_map(|(theirs, ours)| rest.strip_prefix(theirs).map(|rest| format!("{ours}{rest}")))
        .unwrap_or_else(|| rest.to_owned());
    format!("st_gcn_networks.{block}.{rest}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_become_those_of_the_original() {
        for (theirs, ours) in [
            ("backbone.data_bn.running_mean", "data_bn.running_mean"),
            ("backbone.gcn.3.gcn.conv.weight", "st_gcn_networks.3.gcn.conv.weight"),
            ("backbone.gcn.0.gcn.bn.bias", "st_gcn_networks.0.tcn.0.bias"),
            ("backbone.gcn.9.tcn.conv.bias", "st_gcn_networks.9.tcn.2.bias"),
            ("backbone.gcn.9.tcn.bn.weight", "st_gcn_networks.9.tcn.3.weight"),
            ("backbone.gcn.4.residual.bn.weight", "st_gcn_networks.4.residual.1.weight"),
            ("cls_head.fc_cls.bias", "fcn.bias"),
            ("cls_head.fc.bias", "fcn.bias"),
        ] {
            assert_eq!(plain(theirs), ours);
        }
    }

    #[test]
    fn a_graph_takes_up_its_importance() {
        let mut state = State::new();
        state.insert("backbone.gcn.0.gcn.A", &[1, 2, 2], vec![1.0, 0.5, 0.0, 1.0]);
        state.insert("backbone.gcn.0.gcn.PA", &[1, 2, 2], vec![2.0, 4.0, 3.0, 0.5]);
        state.insert("backbone.gcn.1.gcn.A", &[1, 1, 1], vec![0.25]);
        let new = renamed(state);
        assert_eq!(new.get("st_gcn_networks.0.gcn.A", &[1, 2, 2]).unwrap(), [2.0, 2.0, 0.0, 0.5]);
        assert!(!new.contains("st_gcn_networks.0.gcn.PA"));
        assert_eq!(new.get("st_gcn_networks.1.gcn.A", &[1, 1, 1]).unwrap(), [0.25]);
    }
}
