//! Ids of frozen weights. Their packed and transformed forms are kept under them as long as the storage lives.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use burn::tensor::Bytes;

use super::cpu::minimal;
#[cfg(target_arch = "wasm32")]
use super::cpu::packed_weights;

/// The id of each weight, oldest first. The `Weak` keeps the address from being reused, so an id never names another
/// weight.
#[derive(Default)]
struct Ids {
    last: u32,
    given: Vec<(Weak<Bytes>, u32)>,
}

static IDS: Mutex<Ids> = Mutex::new(Ids { last: 0, given: Vec::new() });

/// The id of a weight's storage, the same as long as the storage lives. What is kept of dead ones is dropped.
pub fn id_of(storage: &Arc<Bytes>) -> u32 {
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = ids.given.iter().find(|(other, _)| std::ptr::eq(other.as_ptr(), Arc::as_ptr(storage)));
    if let Some((_, id)) = known {
        return *id;
    }
    let before = ids.given.len();
    ids.given.retain(|(other, _)| other.strong_count() > 0);
    if ids.given.len() < before {
        keep(|id| ids.given.binary_search_by_key(&id, |(_, id)| *id).is_ok());
    }
    ids.last += 1;
    let id = ids.last;
    ids.given.push((Arc::downgrade(storage), id));
    id
}

/// Drops what is kept of all weights. A weight that is used again gets a new id, and its forms are made anew.
pub fn forget() {
    IDS.lock().unwrap_or_else(PoisonError::into_inner).given.clear();
    keep(|_| false);
}

fn keep(wanted: impl Fn(u32) -> bool) {
    minimal::keep(&wanted);
    #[cfg(target_arch = "wasm32")]
    packed_weights::keep(&wanted);
}

/// Bytes kept of all weights; of those that lie in a thread's own memory, those of this thread.
#[cfg(target_arch = "wasm32")]
pub fn kept() -> usize {
    minimal::kept() + packed_weights::kept()
}

/// The smallest id in use, or the next one where there is none.
#[cfg(target_arch = "wasm32")]
pub fn oldest() -> u32 {
    let ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    ids.given.first().map_or(ids.last + 1, |(_, id)| *id)
}
