//! Other names for the same arrays, brought to the names that the networks here use.
//!
//! * 2s-AGCN as its author released it: blocks `l1a`, projection `conv_res`.
//! * pyskl and MMAction2 1.x: `backbone.gcn`, and `cls_head.fc_cls` or `cls_head.fc`.
//! * Paddle: `_mean` and `_variance` of a normalisation.
//! * MMAction2 0.x: `backbone.` and `cls_head.`, 2s-AGCN in `agcn_networks`, which normalises each person alone.

use super::pyskl;
use crate::skeleton::LayoutId;
use crate::weights::State;
use crate::weights::state::Array;

/// A state dict under the names of the networks here. What has other names stays as it is.
pub(super) fn renamed(state: State) -> State {
    let mmaction =
        state.keys().any(|key| key.starts_with("backbone.")) && state.keys().any(|key| key.starts_with("cls_head."));
    let state = state.renamed(|key| paddle(author(&key)));
    if state.keys().any(|key| key.starts_with("backbone.gcn.0.gcn.")) {
        return pyskl::renamed(state);
    }
    if mmaction { from_mmaction(state) } else { state }
}

/// Paddle's names of running statistics to PyTorch's.
fn paddle(key: String) -> String {
    for (theirs, ours) in [("._mean", ".running_mean"), ("._variance", ".running_var")] {
        if let Some(norm) = key.strip_suffix(theirs) {
            return format!("{norm}{ours}");
        }
    }
    key
}

/// `l1a.gcn1.conv_res.0` to `l1.gcn1.down.0`.
fn author(key: &str) -> String {
    let block = |part: &str| {
        let digits = part.strip_prefix('l').and_then(|rest| rest.strip_suffix('a'));
        digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    };
    let part = |part: &str| match part {
        "conv_res" => "down".to_owned(),
        part if block(part) => part[..part.len() - 1].to_owned(),
        part => part.to_owned(),
    };
    key.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn from_mmaction(state: State) -> State {
    let agcn = state.keys().any(|key| key.starts_with("backbone.agcn_networks."));
    let mut new = State::new();
    for (key, array) in state.iter() {
        let inner = key.strip_prefix("backbone.").unwrap_or(key);
        let named = match agcn {
            true => agcn_name(inner),
            false => Some(inner.replacen("cls_head.fc.", "fcn.", 1)),
        };
        let Some(name) = named else { continue };
        let array = if agcn { agcn_array(&name, array) } else { array.clone() };
        new.insert(name, &array.shape, array.data);
    }
    new
}

/// MMAction2's name for an array of 2s-AGCN to the author's; None for the graph, which is not learned.
fn agcn_name(key: &str) -> Option<String> {
    if key == "A" {
        return None;
    }
    if let Some(rest) = key.strip_prefix("cls_head.fc.") {
        return Some(format!("fc.{rest}"));
    }
    let block = key.strip_prefix("agcn_networks.").and_then(|rest| rest.split_once('.'));
    let Some((index, rest)) = block.and_then(|(i, rest)| Some((i.parse::<usize>().ok()?, rest))) else {
        return Some(key.to_owned());
    };
    let parts = [
        ("gcn.", "gcn1."),
        ("tcn.0.", "tcn1.conv."),
        ("tcn.1.", "tcn1.bn."),
        ("residual.0.", "residual.conv."),
        ("residual.1.", "residual.bn."),
    ];
    let rest = parts
        .into_iter()
        .find_map(|(theirs, ours)| rest.strip_prefix(theirs).map(|rest| format!("{ours}{rest}")))
        .unwrap_or_else(|| rest.to_owned());
    Some(format!("l{}.{rest}", index.saturating_add(1)))
}

/// The head is a matrix here. The normalisation of one person's joints is repeated for the second: both are treated
/// alike.
fn agcn_array(name: &str, array: &Array) -> Array {
    let person = |l: LayoutId| l.layout().len() * l.layout().channels();
    let mut array = array.clone();
    if name == "fc.weight" && matches!(array.shape.as_slice(), [_, _, 1, 1]) {
        array.shape.truncate(2);
    }
    let one_person = array.shape.len() == 1 && LayoutId::ALL.into_iter().any(|l| person(l) == array.data.len());
    if name.starts_with("data_bn.") && one_person {
        array.data.extend_from_within(..);
        array.shape = vec![array.data.len()];
    }
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_released_files_become_those_of_the_code() {
        for (theirs, ours) in [
            ("l1a.gcn1.conv_res.0.weight", "l1.gcn1.down.0.weight"),
            ("module.l10a.tcn1.bn.bias", "module.l10.tcn1.bn.bias"),
            ("la.gcn1.PA", "la.gcn1.PA"),
            ("label.weight", "label.weight"),
        ] {
            assert_eq!(author(theirs), ours);
        }
        for (theirs, ours) in [
            ("agcn_networks.0.gcn.PA", Some("l1.gcn1.PA")),
            ("agcn_networks.9.tcn.1.running_var", Some("l10.tcn1.bn.running_var")),
            ("agcn_networks.4.residual.0.bias", Some("l5.residual.conv.bias")),
            ("cls_head.fc.bias", Some("fc.bias")),
            ("data_bn.weight", Some("data_bn.weight")),
            ("A", None),
        ] {
            assert_eq!(agcn_name(theirs).as_deref(), ours);
        }
    }
}
