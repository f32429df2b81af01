//! Files of rows: appended to during a run, read to continue one, and merged.

use std::collections::HashMap;
use std::path::Path;

use super::growing::{GrowingFile, Line, finite};
use super::row::{Film, Key, Row};
use crate::contract::eval_columns::{CAMERA_COLUMNS, EVAL_COLUMNS};
use crate::error::{Error, Result};

/// A CSV file of rows that grows during a run.
pub type RowFile = GrowingFile<Row>;

impl Line for Row {
    type Key = Key;

    fn key(&self) -> Key {
        Row::key(self)
    }

    fn parse(bytes: &[u8]) -> Result<Vec<Self>> {
        parse(bytes)
    }

    fn serialise(rows: &[Self], header: bool) -> Result<Vec<u8>> {
        serialise(rows, header)
    }

    fn growable(rows: &[Self]) -> Result<()> {
        match rows.iter().any(|row| row.film.is_some()) {
            true => Err(Error::config("holds rows of films, which this command does not measure; choose another file")),
            false => Ok(()),
        }
    }
}

/// Rows as CSV, with a header.
///
/// # Errors
/// If a row cannot be written as CSV.
pub fn table(rows: &[Row]) -> Result<Vec<u8>> {
    serialise(rows, true)
}

/// Reads a file of rows.
///
/// # Errors
/// Names the file and the row.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    parse(&bytes).map_err(|e| e.at(path.display()))
}

/// Merges and sorts the rows of several files. A row that is in two of them must be the same in both, except for its
/// time.
///
/// # Errors
/// Names the row that differs.
pub fn merge(tables: impl IntoIterator<Item = Vec<Row>>) -> Result<Vec<Row>> {
    let mut by_key: HashMap<Key, Row> = HashMap::new();
    for row in tables.into_iter().flatten() {
        match by_key.get(&row.key()) {
            Some(known) if (Row { seconds: 0.0, ..known.clone() }) != (Row { seconds: 0.0, ..row.clone() }) => {
                let place = format!("{} {} {}, clip {}", row.experiment, row.model, row.setting, row.clip);
                return Err(Error::data(
                    "two files hold different rows for it; were they measured with different versions?",
                )
                .at(place));
            }
            Some(_) => {}
            None => {
                by_key.insert(row.key(), row);
            }
        }
    }
    let mut rows: Vec<Row> = by_key.into_values().collect();
    rows.sort_by_cached_key(Row::key);
    Ok(rows)
}

/// Reads rows.
///
/// # Errors
/// Names the row that is wrong.
pub fn parse(bytes: &[u8]) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut rows = Vec::new();
    // A run appends to a table by position.
    let header = reader.headers().map_err(|e| Error::data(e.to_string()).at("row 1"))?.clone();
    let lacking = EVAL_COLUMNS.into_iter().find(|column| !header.iter().any(|name| name == *column));
    if let Some(column) = lacking.filter(|_| !header.is_empty()) {
        let cause = format!("lacks the column {column}, as tables of other versions do; measure these rows again");
        return Err(Error::data(cause).at("the header"));
    }
    let filmed = [&EVAL_COLUMNS[..], &CAMERA_COLUMNS].concat();
    if !header.is_empty() && header != EVAL_COLUMNS[..] && header != filmed {
        return Err(Error::data("its columns are in another order, or there are more").at("the header"));
    }
    for (i, record) in reader.records().enumerate() {
        let row = record.and_then(|record| row(&record));
        let row = row.map_err(|e| Error::data(e.to_string()).at(format!("row {}", i + 1)))?;
        let numbers = [row.confidence, row.linf, row.mean_displacement, row.bone_deviation, row.acceleration_change];
        finite(&numbers).map_err(|e| e.at(format!("row {}", i + 1)))?;
        // Earlier versions wrote indices. Rows of both kinds in one table would contradict each other.
        if row.label.bytes().all(|b| b.is_ascii_digit()) {
            let cause = "classes are numbers here, as earlier versions wrote them; measure these rows again";
            return Err(Error::data(cause).at(format!("row {}", i + 1)));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A row from its record. The columns of films stand behind the others, if they are there.
fn row(record: &csv::StringRecord) -> csv::Result<Row> {
    let part = |names: &[&str], from: usize| -> (csv::StringRecord, csv::StringRecord) {
        (record.iter().skip(from).take(names.len()).collect(), csv::StringRecord::from(names))
    };
    let (own, names) = part(&EVAL_COLUMNS, 0);
    let row: Row = own.deserialize(Some(&names))?;
    let (film, names) = part(&CAMERA_COLUMNS, EVAL_COLUMNS.len());
    if film.iter().all(str::is_empty) {
        return Ok(row);
    }
    let film: Film = film.deserialize(Some(&names))?;
    Ok(Row { film: Some(film), ..row })
}

fn serialise(rows: &[Row], header: bool) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let failed = |e: csv::Error| Error::data(e.to_string());
    let films = rows.iter().any(|row| row.film.is_some());
    if header {
        let more: &[&str] = if films { &CAMERA_COLUMNS } else { &[] };
        writer.write_record(EVAL_COLUMNS.iter().chain(more)).map_err(failed)?;
    }
    for row in rows {
        match films {
            true => writer.serialize((row, row.film.unwrap_or_default())).map_err(failed)?,
            false => writer.serialize(row).map_err(failed)?,
        }
    }
    writer.into_inner().map_err(|e| Error::data(e.to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::PathBuf;

    /// A row of a targeted attack.
    pub fn row(experiment: &str, setting: &str, clip: usize) -> Row {
        Row {
            experiment: experiment.into(),
            setting: setting.into(),
            model: "m".into(),
            weights: "abcd".into(),
            judge: "m".into(),
            judge_weights: "abcd".into(),
            dataset: "made".into(),
            clip,
            file: String::new(),
            data: "ef01".into(),
            label: "wave".into(),
            clean: "wave".into(),
            clean_correct: true,
            target: Some("squat".into()),
            attack: "ciasa".into(),
            epsilon: Some(0.02),
            share: None,
            region: String::new(),
            constraints: "clip".into(),
            projection: String::new(),
            protocol: "paper".into(),
            iterations: 100,
            seed: 1,
            stop: "none".into(),
            used: 100,
            first: None,
            best: Some(true),
            last: Some(true),
            flags: String::new(),
            smallest: None,
            predicted: "squat".into(),
            confidence: 0.75,
            p_target: Some(0.75),
            hit: Some(true),
            fooled: true,
            linf: 0.02,
            mean_displacement: 0.01,
            max_displacement: 0.03,
            bone_deviation: 0.0,
            acceleration_change: 1e-6,
            epsilon_excess: 0.0,
            plausibility: Some(0.5),
            natural: Some(1.0),
            smoothed: "wave".into(),
            flag_bones: Some(false),
            flag_acceleration: None,
            seconds: 1.5,
            film: None,
        }
    }

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("ciasa-table-{}-{name}.csv", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn rows_survive_the_file_and_the_header_names_every_field() {
        let rows = vec![row("a", "s, with a comma", 3), row("b", "t", 4)];
        assert_eq!(parse(&serialise(&rows, true).unwrap()).unwrap(), rows);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(&rows[0]).unwrap();
        let by_serde = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        assert_eq!(by_serde.lines().next(), Some(EVAL_COLUMNS.join(",").as_str()));
    }

    #[test]
    fn rows_of_films_have_columns_of_their_own() {
        let film = |angle| Row { film: Some(Film { camera: Some(angle), ..Film::default() }), ..row("a", "s", 1) };
        let rows = vec![row("a", "s", 1), film(0.0), film(30.0)];
        let bytes = serialise(&rows, true).unwrap();
        assert!(std::str::from_utf8(&bytes).unwrap().lines().next().unwrap().ends_with(",found"));
        assert_eq!(parse(&bytes).unwrap(), rows);
        // Three measurements of one clip, not one.
        assert_eq!(merge([rows.clone(), rows]).unwrap().len(), 3);
        let path = scratch("films");
        std::fs::write(&path, bytes).unwrap();
        assert!(RowFile::open(&path).err().unwrap().is_config());
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn an_incomplete_line_is_removed_and_the_run_continues() {
        let path = scratch("cut");
        let mut table = RowFile::open(&path).unwrap();
        table.append(vec![row("a", "s", 1), row("a", "s", 2)]).unwrap();
        drop(table);
        let whole = std::fs::read(&path).unwrap();
        for cut in [1, 20, whole.len() - 5] {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut table = RowFile::open(&path).unwrap();
            let there = table.keys();
            let missing = [1, 2].map(|clip| row("a", "s", clip)).into_iter().filter(|r| !there.contains(&r.key()));
            table.append(missing.collect()).unwrap();
            assert_eq!(table.finish().unwrap().len(), 2, "{cut}");
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{cut}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_place() {
        let path = scratch("bad");
        let good = serialise(&[row("a", "s", 1)], true).unwrap();
        let bad = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let e = RowFile::open(&path).err().unwrap();
            assert!(e.is_data(), "{e}");
            e.to_string()
        };
        let broken = [&good[..], b"a,b,c\n", &serialise(&[row("a", "s", 2)], false).unwrap()].concat();
        assert!(bad(&broken).contains("row 2"));
        assert!(bad(b"\xff\xfe\n\x00,\n").contains("row 1"));
        let nan = String::from_utf8(good).unwrap().replace("0.02,0.01,", "NaN,0.01,");
        assert!(bad(nan.as_bytes()).contains("not finite"));
        let numbered = serialise(&[Row { label: "1".into(), ..row("a", "s", 1) }], true).unwrap();
        assert!(bad(&numbered).contains("classes are numbers"));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn shards_merge_into_one_order_and_may_not_contradict_each_other() {
        let (a, b, c) = (row("a", "s", 1), row("a", "s", 2), row("b", "s", 1));
        let slower = Row { seconds: 9.0, ..b.clone() };
        let merged = merge([vec![c.clone(), b.clone()], vec![slower, a.clone()]]).unwrap();
        assert_eq!(merged.iter().map(Row::key).collect::<Vec<_>>(), [a.key(), b.key(), c.key()]);
        let other = Row { predicted: "clap".into(), ..b.clone() };
        let e = merge([vec![b], vec![other]]).unwrap_err();
        assert!(e.is_data() && e.to_string().starts_with("a m s, clip 2: "));
    }
}
