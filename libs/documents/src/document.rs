//! The content of a document, as the text that is hashed and signed.

use sha2::{Digest, Sha256};

/// A document that parties sign, without names of people: they stand in it by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its title in Dutch.
    pub title: String,
    /// Its title in English.
    pub english: String,
    /// What it is a document of: lines of a name and a value, such as `contract` and its id.
    pub facts: Vec<(String, String)>,
    /// What is agreed.
    pub articles: Vec<Article>,
}

/// One article: fixed wording, terms filled in, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its heading in Dutch.
    pub title: String,
    /// Its heading in English.
    pub english: String,
    /// Its paragraphs; a paragraph may have lines.
    pub paragraphs: Vec<String>,
}

impl Article {
    /// An article of some paragraphs.
    #[must_use]
    pub fn new<P: Into<String>>(title: &str, english: &str, paragraphs: impl IntoIterator<Item = P>) -> Self {
        let paragraphs = paragraphs.into_iter().map(Into::into).collect();
        Self { title: title.to_owned(), english: english.to_owned(), paragraphs }
    }
}

impl Document {
    /// A fact of a name and whatever is shown as text.
    #[must_use]
    pub fn fact(name: &str, value: &impl ToString) -> (String, String) {
        (name.to_owned(), value.to_string())
    }

    /// The text that is hashed: UTF-8, lines ended by one line feed, a fixed order, nothing that depends on
    /// who looks or when.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        let mut text = format!("{} ({})\n", self.title, self.english);
        for (name, value) in &self.facts {
            text.push_str(&format!("{name}: {value}\n"));
        }
        for (number, article) in (1..).zip(&self.articles) {
            text.push_str(&format!("\n{number}. {} ({})\n", article.title, article.english));
            for paragraph in &article.paragraphs {
                for (first, line) in paragraph.lines().enumerate() {
                    // Indented, so that no line typed by a party can pass for a heading or a fact.
                    text.push_str(if first == 0 { "  - " } else { "    " });
                    text.push_str(line.trim_end());
                    text.push('\n');
                }
            }
        }
        text
    }

    /// SHA-256 of the canonical text: what a signature is for.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.canonical_text()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(paragraph: &str) -> Document {
        Document {
            title: "Overeenkomst".to_owned(),
            english: "Agreement".to_owned(),
            facts: vec![("contract".to_owned(), "1".to_owned())],
            articles: vec![Article {
                title: "Doel".to_owned(),
                english: "Purpose".to_owned(),
                paragraphs: vec![paragraph.to_owned()],
            }],
        }
    }

    #[test]
    fn the_text_is_plain_and_ordered() {
        let text = document("Leren\nbij een bedrijf").canonical_text();
        assert_eq!(
            text,
            "Overeenkomst (Agreement)\ncontract: 1\n\n1. Doel (Purpose)\n  - Leren\n    bij een bedrijf\n"
        );
    }

    #[test]
    fn the_same_content_has_the_same_hash_and_one_other_letter_another() {
        assert_eq!(document("Leren").hash(), document("Leren").hash());
        assert_ne!(document("Leren").hash(), document("Lesen").hash());
    }

    #[test]
    fn a_typed_line_cannot_pass_for_a_fact_or_a_heading() {
        let text = document("x\ncontract: 2\n2. Loon").canonical_text();
        assert!(!text.lines().any(|line| line == "contract: 2" || line == "2. Loon"));
    }
}
