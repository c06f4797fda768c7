//! The letters: bundled, so that every machine draws the same bytes.

use crate::{CannotDraw, page::Style};
use krilla::text::Font;
use skrifa::{FontRef, MetadataProvider, instance::LocationRef, instance::Size};

const REGULAR: &[u8] = include_bytes!("../fonts/LibertinusSerif-Regular.otf");
const BOLD: &[u8] = include_bytes!("../fonts/LibertinusSerif-Bold.otf");

/// Regular and bold.
pub(crate) struct Fonts {
    faces: [(Font, FontRef<'static>); 2],
}

impl Fonts {
    pub fn bundled() -> Result<Self, CannotDraw> {
        let face = |bytes: &'static [u8]| {
            let drawn = Font::new(bytes.into(), 0).ok_or(CannotDraw::Font)?;
            let measured = FontRef::new(bytes).map_err(|_| CannotDraw::Font)?;
            Ok((drawn, measured))
        };
        Ok(Self { faces: [face(REGULAR)?, face(BOLD)?] })
    }

    pub fn of(&self, style: Style) -> Font {
        self.faces[usize::from(style.bold)].0.clone()
    }

    /// The width of a text in points, without kerning: never less than what is drawn by more than a hair.
    pub fn width(&self, text: &str, style: Style) -> f32 {
        let face = &self.faces[usize::from(style.bold)].1;
        let (glyphs, metrics) = (face.charmap(), face.glyph_metrics(Size::new(style.size), LocationRef::default()));
        text.chars().filter_map(|letter| metrics.advance_width(glyphs.map(letter)?)).sum()
    }

    /// The text with `?` for what the font has no letter for: a document that is drawn is worth more than one that
    /// is not, and what was signed stands in the text itself.
    pub fn drawable(&self, text: &str) -> String {
        let glyphs = self.faces[0].1.charmap();
        let drawn = |letter| letter == '\n' || glyphs.map(letter).is_some();
        text.chars().map(|letter| if drawn(letter) { letter } else { '?' }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_that_the_font_lacks_are_replaced() {
        let fonts = Fonts::bundled().unwrap();
        assert_eq!(fonts.drawable("Zoë Łukasz\n€\u{a0}1,00 👷"), "Zoë Łukasz\n€\u{a0}1,00 ?");
    }
}
