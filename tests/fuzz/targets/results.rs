//! Result files: a zip archive with the clip, the attacked clip, and their description.

use ciasa::contract::ResultHead;
use ciasa::format::result_file;
use ciasa::{Error, Result};

use super::{Laws, refusal};

/// A result file, and the description in it.
pub fn result(bytes: &[u8]) -> Result<Laws<'_>> {
    let result = result_file::read(bytes)?;
    let head = ResultHead::parse(&result.head).map_err(|e: Error| e.at("result.json"))?;
    Ok(Box::new(move || {
        let values = result.clip.data().len();
        assert!(result.attacked.as_ref().is_none_or(|a| a.len() == values && a.iter().all(|v| v.is_finite())));
        if let Some(attack) = &head.attack {
            assert!(attack.reports.iter().all(|report| report.original < attack.classes.len()));
        }
        match result_file::write(&result, &[]) {
            Ok(written) => assert_eq!(result_file::read(&written).expect("what is written is read"), result),
            Err(e) => drop(refusal(&e)),
        }
    }))
}
