//! A hotspot contract as the document that is signed.

use super::Subject;
use documents::{Article, Document};
use proto_schemas::agreements::contract::{Terms, TheoryAt};

/// The wording that new documents get. **Invariant:** a wording never changes once it was signed under;
/// another text is another number, and the old one stays here.
pub const WORDING: u32 = 1;

/// The document of a contract; `None` when it was drawn in a wording this version does not know.
#[must_use]
pub fn document(wording: u32, subject: &Subject, edition: u32, terms: &Terms) -> Option<Document> {
    (wording == WORDING).then(|| newest(subject, edition, terms))
}

/// The document in the wording that new documents get.
#[must_use]
pub fn newest(subject: &Subject, edition: u32, terms: &Terms) -> Document {
    let kvk = subject.kvk.as_ref().map_or(String::new(), |kvk| format!(" (KvK {kvk})"));
    let equipment = match terms.equipment.as_slice() {
        [] => vec!["Geen bijzondere apparatuur.\nNo special equipment.".to_owned()],
        equipment => equipment.iter().map(ToString::to_string).collect(),
    };
    let until = terms.until.map_or("tot het gewijzigd wordt / until amended".to_owned(), |day| day.to_string());
    Document {
        title: "Hotspotcontract".to_owned(),
        english: "Hotspot contract".to_owned(),
        facts: vec![
            Document::fact("contract", &subject.contract),
            Document::fact("editie / edition", &edition),
            Document::fact("hotspot", &format!("{} {}", subject.hotspot, subject.hotspot_name)),
            Document::fact("bedrijf / company", &format!("{} {}{kvk}", subject.company, subject.company_name)),
            Document::fact("eerste dag / first day", &terms.from),
            Document::fact("laatste dag / last day", &until),
        ],
        articles: vec![
            Article::new(
                "Partijen",
                "Parties",
                [
                    "Het bedrijf en iedere school die tekent. Een school tekent voordat zij leerlingen inschrijft.",
                    "The company and every school that signs. A school signs before it enrols pupils.",
                ],
            ),
            Article::new("Theorie", "Theory", [terms.theory.as_str(), theory_at(terms.theory_at)]),
            Article::new("Praktijk", "Practice", [terms.practice.as_str()]),
            Article::new("Apparatuur", "Equipment", equipment),
            Article::new("Veiligheid", "Safety", [terms.safety.as_str()]),
            Article::new("Verzekering door de school", "Insurance by the school", [terms.insurance.as_str()]),
            Article::new("Aansprakelijkheid", "Liability", [terms.liability.as_str()]),
            Article::new("Foto's", "Photos", [terms.photos.as_str()]),
            Article::new("Bijdrage van het bedrijf", "The company's contribution", [terms.contribution.as_str()]),
            Article::new(
                "Wijziging",
                "Amendment",
                [
                    "Een wijziging is een nieuw document. Handtekeningen onder het vorige vervallen dan.",
                    "An amendment is a new document. Signatures under the former one are void then.",
                ],
            ),
        ],
    }
}

fn theory_at(place: TheoryAt) -> &'static str {
    match place {
        TheoryAt::School => "De theorie wordt op school gegeven.\nThe theory is given at school.",
        TheoryAt::Company => {
            "De theorie wordt bij het bedrijf gegeven; een docent of instructeur is erbij.\n\
             The theory is given at the company; a teacher or instructor is present."
        }
        TheoryAt::Both => {
            "De theorie wordt op school en bij het bedrijf gegeven; bij het bedrijf is een docent of instructeur \
             erbij.\nThe theory is given at school and at the company, where a teacher or instructor is present."
        }
    }
}
