//! A document on paper: tagged for those who have it read aloud (PDF/UA-1).

use crate::font::Fonts;
use crate::page::{Block, Layout, PAPER, Run, Style};
use crate::{Document, hex};
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::TextDirection;
use krilla::{SerializeSettings, color::rgb};
use std::num::NonZeroU16;

const BODY: Style = Style { size: 10.0, bold: false, grey: false };
const SMALL: Style = Style { size: 7.0, bold: false, grey: true };

/// A document with what is only looked up when it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What was signed.
    pub document: Document,
    /// What the people in it are called. **Invariant:** never part of what is hashed.
    pub names: Vec<(String, String)>,
    /// Who signs.
    pub slots: Vec<Slot>,
}

/// A place for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub party: String,
    /// When it was given, once it was.
    pub signed_on: Option<String>,
}

impl Slot {
    /// A place for a signature, given or not.
    #[must_use]
    pub fn new(party: impl Into<String>, signed_on: Option<String>) -> Self {
        Self { party: party.into(), signed_on }
    }
}

/// A document that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotDraw {
    /// A bundled font does not read.
    #[error("a bundled font does not read")]
    Font,
    /// The paper has no size.
    #[error("the paper has no size")]
    Paper,
    /// The PDF could not be put together.
    #[error("the PDF could not be put together: {0}")]
    Pdf(String),
}

impl Sheet {
    /// The document as PDF: the same bytes for the same sheet. No date and no random id is in it.
    ///
    /// # Errors
    /// When the PDF cannot be put together.
    pub fn pdf(&self) -> Result<Vec<u8>, CannotDraw> {
        let fonts = Fonts::bundled()?;
        let layout = self.laid_out(&fonts);
        // Once: a page each would read the whole text again.
        let hash = hex(self.document.hash());
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| CannotDraw::Pdf(format!("{error:?}")))?;
        let mut pdf = krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let mut read_aloud: Vec<Vec<Identifier>> = layout.blocks.iter().map(|_| vec![]).collect();
        for (number, runs) in (1..).zip(&layout.pages) {
            let size = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or(CannotDraw::Paper)?;
            let mut page = pdf.start_page_with(size);
            let mut surface = page.surface();
            for run in runs {
                let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                write(&mut surface, &fonts, run);
                surface.end_tagged();
                read_aloud[run.block].push(id);
            }
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
            for run in footer(number, layout.pages.len(), &hash) {
                write(&mut surface, &fonts, &run);
            }
            surface.end_tagged();
            surface.finish();
            page.finish();
        }
        pdf.set_tag_tree(tags(&layout.blocks, read_aloud));
        let mut outline = Outline::new();
        for (title, page, y) in layout.headings() {
            let place = XyzDestination::new(page, Point::from_xy(0.0, (y - 20.0).max(0.0)));
            outline.push_child(OutlineNode::new(title.to_owned(), place));
        }
        pdf.set_outline(outline);
        pdf.set_metadata(
            Metadata::new()
                .title(format!("{} ({})", self.document.title, self.document.english))
                .language("nl".to_owned())
                .document_id(hash),
        );
        pdf.finish().map_err(|error| CannotDraw::Pdf(format!("{error:?}")))
    }

    fn laid_out<'a>(&self, fonts: &'a Fonts) -> Layout<'a> {
        let shown = |text: &str| fonts.drawable(text);
        let mut layout = Layout::new(fonts);
        layout.heading(1, 22.0, &shown(&self.document.title), &shown(&self.document.english));
        layout.space(6.0);
        for (name, value) in &self.document.facts {
            layout.row(BODY, 150.0, &shown(name), &shown(value));
        }
        if !self.names.is_empty() {
            layout.space(14.0);
            layout.heading(2, 12.0, "Namen", "Names");
            for (name, value) in &self.names {
                layout.row(BODY, 150.0, &shown(name), &shown(value));
            }
        }
        for (number, article) in (1..).zip(&self.document.articles) {
            layout.space(12.0);
            layout.heading(2, 12.0, &format!("{number}. {}", shown(&article.title)), &shown(&article.english));
            for paragraph in &article.paragraphs {
                layout.paragraph(BODY, 14.0, &shown(paragraph));
                layout.space(3.0);
            }
        }
        layout.space(14.0);
        layout.keep(24.0 + 18.0 * self.slots.iter().fold(0.0, |sum, _| sum + 1.0));
        layout.heading(2, 12.0, "Handtekeningen", "Signatures");
        layout.space(2.0);
        for slot in &self.slots {
            let signed = slot.signed_on.as_ref().map_or("nog niet getekend / not signed yet".to_owned(), |day| {
                format!("getekend op {day} / signed on {day}")
            });
            layout.row(BODY, 270.0, &shown(&slot.party), &signed);
            layout.space(4.0);
        }
        layout
    }
}

/// What every page says: what was signed, without anybody's name, and which page this is.
fn footer(page: usize, pages: usize, hash: &str) -> [Run; 2] {
    let run = |y, text| Run { x: 64.0, y, style: SMALL, text, block: 0 };
    [
        run(796.0, format!("SHA-256 van de getekende tekst, zonder namen / of the signed text, without names: {hash}")),
        run(807.0, format!("Pagina / page {page} van / of {pages}")),
    ]
}

fn write(surface: &mut Surface<'_>, fonts: &Fonts, run: &Run) {
    let shade = if run.style.grey { 90 } else { 0 };
    surface.set_fill(Some(Fill { paint: rgb::Color::new(shade, shade, shade).into(), ..Fill::default() }));
    let place = Point::from_xy(run.x, run.y);
    surface.draw_text(place, fonts.of(run.style), run.style.size, &run.text, false, TextDirection::Auto);
}

/// The order in which it is read aloud.
fn tags(blocks: &[Block], read_aloud: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some("nl".to_owned()));
    for (block, ids) in blocks.iter().zip(read_aloud) {
        let mut group = match block {
            Block::Paragraph => TagGroup::new(Tag::P),
            Block::Heading(level, title) => {
                TagGroup::new(Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(title.clone())))
            }
        };
        ids.into_iter().for_each(|id| group.push(id));
        tree.push(group);
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Article;

    fn sheet(name: &str) -> Sheet {
        let paragraphs = (0..60).map(|number| format!("Afspraak {number}: leren bij een bedrijf."));
        Sheet {
            document: Document {
                title: "Overeenkomst".to_owned(),
                english: "Agreement".to_owned(),
                facts: vec![Document::fact("contract", &1)],
                articles: vec![Article::new("Doel", "Purpose", paragraphs)],
            },
            names: vec![("Stagiair / pupil".to_owned(), name.to_owned())],
            slots: vec![Slot::new("School", None), Slot::new("Bedrijf", Some("2026-09-01".to_owned()))],
        }
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let first = sheet("Zoë Ømer-Łukasz Yıldız").pdf().unwrap();
        assert!(first.starts_with(b"%PDF-"));
        assert_eq!(first, sheet("Zoë Ømer-Łukasz Yıldız").pdf().unwrap());
    }

    #[test]
    fn a_name_changes_the_paper_and_not_the_hash() {
        assert_ne!(sheet("A").pdf().unwrap(), sheet("B").pdf().unwrap());
        assert_eq!(sheet("A").document.hash(), sheet("B").document.hash());
    }

    #[test]
    fn letters_that_the_font_lacks_do_not_stop_the_drawing() {
        assert!(sheet("姓名 👷").pdf().is_ok());
    }
}
