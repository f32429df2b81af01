//! Reading settings from JSON. Everything that is no setting is an error that names its place.

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::config::{AttackConfig, Epsilon, Prediction, Stop, Target};
use crate::error::{Error, Result};

impl AttackConfig {
    /// Reads settings. Missing ones have their default; the range of each is checked by [`AttackConfig::validate`].
    ///
    /// # Errors
    /// Names the line and column of what is no setting, is unknown or is there twice.
    pub fn parse(json: &str) -> Result<Self> {
        // An array would be taken for a list of the fields.
        if !json.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return Err(Error::config("settings are a JSON object, such as {\"epsilon\": 0.02}").at("line 1"));
        }
        serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|e| Error::config(e.to_string()))
    }
}

/// Reads a field that must be an object. Without this an array of its values would pass.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> std::result::Result<T, D::Error> {
    struct Object<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_map(Object(std::marker::PhantomData))
}

/// The same for a field that may be null.
pub(super) fn object_or_none<'de, D, T>(from: D) -> std::result::Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Strict<T>(T);
    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
            object(from).map(Self)
        }
    }
    Ok(Option::<Strict<T>>::deserialize(from)?.map(|Strict(value)| value))
}

impl<'de> Deserialize<'de> for Epsilon {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct OneOrEach;
        impl<'de> Visitor<'de> for OneOrEach {
            type Value = Epsilon;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an epsilon: one number, or an array with a number for each joint")
            }

            fn visit_f64<E: serde::de::Error>(self, v: f64) -> std::result::Result<Epsilon, E> {
                Ok(Epsilon::Global(v as f32))
            }

            fn visit_i64<E: serde::de::Error>(self, v: i64) -> std::result::Result<Epsilon, E> {
                Ok(Epsilon::Global(v as f32))
            }

            fn visit_u64<E: serde::de::Error>(self, v: u64) -> std::result::Result<Epsilon, E> {
                Ok(Epsilon::Global(v as f32))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> std::result::Result<Epsilon, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(Epsilon::PerJoint)
            }
        }
        from.deserialize_any(OneOrEach)
    }
}

/// An object with a `kind` and the fields of that kind. The derived reader would drop fields of another kind.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tagged {
    kind: String,
    kappa: Option<f32>,
    index: Option<usize>,
    confidence: Option<f32>,
    hold: Option<usize>,
}

impl Tagged {
    /// Reads the object; the kind must be known, and the fields exactly those of the kind.
    fn read<'de, D: Deserializer<'de>>(
        from: D,
        kinds: &[(&'static str, &[&'static str])],
    ) -> std::result::Result<Self, D::Error> {
        let tagged: Self = object(from)?;
        let Some((kind, fields)) = kinds.iter().find(|(kind, _)| *kind == tagged.kind) else {
            let known = kinds.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", ");
            return Err(D::Error::custom(format!("unknown kind {:?}; there are {known}", short(&tagged.kind))));
        };
        let given = [
            ("kappa", tagged.kappa.is_some()),
            ("index", tagged.index.is_some()),
            ("confidence", tagged.confidence.is_some()),
            ("hold", tagged.hold.is_some()),
        ];
        for (field, given) in given {
            match (given, fields.contains(&field)) {
                (true, false) => return Err(D::Error::custom(format!("the kind {kind:?} has no field {field:?}"))),
                (false, true) => return Err(D::Error::custom(format!("the kind {kind:?} needs the field {field:?}"))),
                _ => {}
            }
        }
        Ok(tagged)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl<'de> Deserialize<'de> for Prediction {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let read = Tagged::read(from, &[("cross-entropy", &[]), ("margin", &["kappa"])])?;
        Ok(read.kappa.map_or(Self::CrossEntropy, |kappa| Self::Margin { kappa }))
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let read = Tagged::read(from, &[("untargeted", &[]), ("least-likely", &[]), ("class", &["index"])])?;
        Ok(match read.index {
            Some(index) => Self::Class { index },
            None if read.kind == "untargeted" => Self::Untargeted,
            None => Self::LeastLikely,
        })
    }
}

impl<'de> Deserialize<'de> for Stop {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let read = Tagged::read(from, &[("iterations", &[]), ("confidence", &["confidence", "hold"])])?;
        Ok(match (read.confidence, read.hold) {
            (Some(confidence), Some(hold)) => Self::Confidence { confidence, hold },
            _ => Self::Iterations,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Camera;

    #[test]
    fn what_is_no_setting_is_refused_with_its_place() {
        let message = |json: &str| AttackConfig::parse(json).err().map(|e| e.to_string()).unwrap_or_default();
        for (json, part) in [
            ("[]", "settings are a JSON object"),
            ("", "settings are a JSON object"),
            ("null", "settings are a JSON object"),
            (r#"{"constraints": [true, true, true, true]}"#, "expected an object at line 1"),
            (r#"{"stop": ["iterations"]}"#, "expected an object at line 1"),
            (
                r#"{"stop": {"kind": "iterations", "confidence": 0.9}}"#,
                "the kind \"iterations\" has no field \"confidence\"",
            ),
            (r#"{"stop": {"kind": "confidence", "confidence": 0.9}}"#, "needs the field \"hold\""),
            (r#"{"target": {"kind": "least-likely", "index": 3}}"#, "the kind \"least-likely\" has no field \"index\""),
            (r#"{"target": {"kind": "class", "index": -1}}"#, "-1"),
            (r#"{"target": {"kind": "class", "clas": 1}}"#, "unknown field `clas`"),
            (r#"{"target": {"kind": "wave"}}"#, "unknown kind \"wave\"; there are untargeted, least-likely, class"),
            (r#"{"prediction": {"kind": "cross-entropy", "kappa": 1}}"#, "has no field \"kappa\""),
            (r#"{"epsilon": "big"}"#, "expected an epsilon: one number, or an array with a number for each joint"),
            (r#"{"epsilon": null}"#, "expected an epsilon"),
            (r#"{"epsilon": [1, null]}"#, "expected f32 at line 1"),
            (r#"{"alpha": 1, "alpha": 2}"#, "duplicate field `alpha`"),
            (r#"{"alpha": 1} x"#, "line 1 column 14"),
        ] {
            assert!(message(json).contains(part), "{json}: {}", message(json));
        }
        assert_eq!(AttackConfig::parse("\u{feff} {}"), Ok(AttackConfig::default()));
    }

    #[test]
    fn a_camera_is_an_object_with_defaults_or_null() {
        let camera = |json: &str| AttackConfig::parse(json).map(|config| config.camera).map_err(|e| e.to_string());
        for none in ["{}", r#"{"camera": null}"#] {
            assert_eq!(camera(none), Ok(None));
        }
        assert_eq!(camera(r#"{"camera": {}}"#), Ok(Some(Camera::default())));
        let own = Camera { angle: -20.0, spread: 0.0, views: 2 };
        assert_eq!(camera(r#"{"camera": {"angle": -20, "spread": 0, "views": 2}}"#), Ok(Some(own)));
        let config = AttackConfig { camera: Some(own), ..Default::default() };
        assert_eq!(camera(&serde_json::to_string(&config).unwrap_or_default()), Ok(Some(own)));
        for (json, part) in [
            (r#"{"camera": 30}"#, "expected an object at line 1"),
            (r#"{"camera": [30, 15, 4]}"#, "expected an object at line 1"),
            (r#"{"camera": {"angel": 3}}"#, "unknown field `angel`"),
        ] {
            assert!(camera(json).is_err_and(|message| message.contains(part)), "{json}");
        }
    }

    #[test]
    fn every_kind_is_read_back() {
        for stop in [Stop::Iterations, Stop::Confidence { confidence: 0.5, hold: 2 }] {
            for target in [Target::Untargeted, Target::LeastLikely, Target::Class { index: 3 }] {
                for prediction in [Prediction::CrossEntropy, Prediction::Margin { kappa: 0.5 }] {
                    let epsilon = Epsilon::PerJoint(vec![0.25, 1.0]);
                    let config = AttackConfig { stop, target, prediction, epsilon, ..Default::default() };
                    let json = serde_json::to_string(&config).unwrap_or_default();
                    assert_eq!(AttackConfig::parse(&json), Ok(config));
                }
            }
        }
    }
}
