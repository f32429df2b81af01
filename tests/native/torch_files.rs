//! Weight files as PyTorch writes them, today's zip and the row of pickles of before, for tests that read them.

use std::io::{Cursor, Write};

use ciasa::weights::State;
use zip::CompressionMethod;
use zip::write::{FileOptions, ZipWriter};

fn text(s: &str) -> Vec<u8> {
    [&[b'X'][..], &(s.len() as u32).to_le_bytes(), s.as_bytes()].concat()
}

fn number(n: usize) -> Vec<u8> {
    [&[b'J'][..], &(n as u32).to_le_bytes()].concat()
}

fn tuple(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    [&b"("[..], &items.collect::<Vec<_>>().concat(), b"t"].concat()
}

/// The pickle of an ordered dict of tensors, each over its own storage, wrapped as training programs wrap it.
fn pickle(state: &State, wrapped: bool) -> Vec<u8> {
    let mut out = b"\x80\x02".to_vec();
    if wrapped {
        out.extend([&b"}"[..], &text("epoch"), b"K\x05s", &text("state_dict")].concat());
    }
    out.extend(b"ccollections\nOrderedDict\n)R(");
    for (i, (key, array)) in state.iter().enumerate() {
        let parts = [text("storage"), b"ctorch\nFloatStorage\n".to_vec(), text(&i.to_string()), text("cuda:0")];
        let id = tuple(parts.into_iter().chain([number(array.data.len())]));
        let strides = (0..array.shape.len()).map(|d| number(array.shape[d + 1..].iter().product()));
        let arguments = [
            [id, b"Q".to_vec()].concat(),
            b"K\0".to_vec(),
            tuple(array.shape.iter().map(|n| number(*n))),
            tuple(strides),
            b"\x89".to_vec(),
            b"ccollections\nOrderedDict\n)R".to_vec(),
        ];
        out.extend(text(&format!("module.{key}")));
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n");
        out.extend(tuple(arguments.into_iter()));
        out.push(b'R');
    }
    out.extend(if wrapped { &b"us."[..] } else { &b"u."[..] });
    out
}

fn floats(data: &[f32]) -> Vec<u8> {
    data.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// As `torch.save` wrote until version 1.5.
pub fn legacy(state: &State) -> Vec<u8> {
    let mut out = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    out.extend(pickle(state, false));
    let count = state.iter().count();
    out.extend(
        [&b"\x80\x02]("[..], &(0..count).map(|i| text(&i.to_string())).collect::<Vec<_>>().concat(), b"e."].concat(),
    );
    for (_, array) in state.iter() {
        out.extend((array.data.len() as u64).to_le_bytes());
        out.extend(floats(&array.data));
    }
    out
}

/// As `torch.save` writes since.
pub fn zipped(state: &State) -> Vec<u8> {
    zip_of(&[("archive", state)], &[])
}

/// A zip archive with a network in each folder, after `first`, entries without content.
fn zip_of(networks: &[(&str, &State)], first: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = FileOptions::default().compression_method(CompressionMethod::Stored);
    let mut add = |name: String, bytes: &[u8]| {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    };
    first.iter().for_each(|name| add((*name).into(), b""));
    for (folder, state) in networks {
        add(format!("{folder}/data.pkl"), &pickle(state, true));
        add(format!("{folder}/byteorder"), b"little");
        for (i, (_, array)) in state.iter().enumerate() {
            add(format!("{folder}/data/{i}"), &floats(&array.data));
        }
        add(format!("{folder}/version"), b"3\n");
    }
    zip.finish().unwrap().into_inner()
}

/// A safetensors file of 32-bit floats.
pub fn safetensors(state: &State) -> Vec<u8> {
    use safetensors::{Dtype, tensor::TensorView};
    let bytes: Vec<_> = state.iter().map(|(_, array)| floats(&array.data)).collect();
    let views = state.iter().zip(&bytes).map(|((key, array), bytes)| {
        (key.to_owned(), TensorView::new(Dtype::F32, array.shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn of_two_networks_in_a_zip_the_first_entrys_folder_counts_or_none() {
    let network = |value: f32| {
        let mut state = State::new();
        state.insert("fc.bias", &[1], vec![value]);
        state
    };
    let (one, two) = (network(1.0), network(2.0));
    let read = |bytes: &[u8]| ciasa::weights::read(bytes);
    let value = |state: State| state.iter().next().unwrap().1.data[0];
    assert_eq!(value(read(&zip_of(&[("a", &one), ("b", &two)], &[])).unwrap()), 1.0);
    assert_eq!(value(read(&zip_of(&[("b", &two), ("a", &one)], &[])).unwrap()), 2.0);
    let error = read(&zip_of(&[("a", &one), ("b", &two)], &["readme"])).unwrap_err().to_string();
    assert!(error.contains("a/data.pkl") && error.contains("b/data.pkl"), "{error}");
}
