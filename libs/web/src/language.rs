//! The language of a caller: one of two.

use http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// A language that the hub speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    Dutch,
}

impl Language {
    /// The one asked for most; English when neither is, or both as much.
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let (mut english, mut dutch, mut other) = (None, None, None);
        for range in asked.flat_map(|value| value.split(',')) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(0.0);
            let slot = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "en" => &mut english,
                "nl" => &mut dutch,
                "*" => &mut other,
                _ => continue,
            };
            *slot = Some(slot.unwrap_or(0.0_f32).max(weight));
        }
        let weight = |slot: Option<f32>| slot.or(other).unwrap_or(0.0);
        if weight(dutch) > weight(english) { Self::Dutch } else { Self::English }
    }

    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// The text in this language.
    pub fn pick<'t>(self, english: &'t str, dutch: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Dutch => dutch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accepted: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn the_language_asked_for_most_is_spoken_and_english_otherwise() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
        assert_eq!(of("nl-NL,nl;q=0.9,en;q=0.8"), Language::Dutch);
        assert_eq!(of("en-GB,nl;q=0.5"), Language::English);
        assert_eq!(of("de, nl;q=0.1"), Language::Dutch);
        assert_eq!(of("nl;q=0, *"), Language::English);
        assert_eq!(of("fr"), Language::English);
        assert_eq!(of("nl;q=x,;;,"), Language::English);
    }
}
