//! A stage agreement as the document that is signed: fourteen articles, people by their ids.

use super::Subject;
use documents::{Article, Document};
use proto_schemas::agreements::stage_agreement::{Kind, Payee, Stipend, Terms};
use vocabulary::Euros;

/// The wording that new documents get. **Invariant:** a wording never changes once it was signed under;
/// another text is another number, and the old one stays here.
pub const WORDING: u32 = 1;

/// The document of an agreement; `None` when it was drawn in a wording this version does not know.
#[must_use]
pub fn document(wording: u32, subject: &Subject, edition: u32, terms: &Terms) -> Option<Document> {
    (wording == WORDING).then(|| newest(subject, edition, terms))
}

/// The document in the wording that new documents get.
#[must_use]
pub fn newest(subject: &Subject, edition: u32, terms: &Terms) -> Document {
    Document {
        title: "Stageovereenkomst".to_owned(),
        english: "Stage agreement".to_owned(),
        facts: vec![
            Document::fact("overeenkomst / agreement", &subject.agreement),
            Document::fact("editie / edition", &edition),
            Document::fact("soort stage / kind", &kind(terms.kind)),
            Document::fact("stagiair / pupil", &subject.pupil),
            Document::fact("school", &format!("{} {}", subject.school, subject.school_name)),
            Document::fact("stagegever / company", &format!("{} {}", subject.company, subject.company_name)),
            Document::fact("stagedocent / stage teacher", &terms.stage_teacher),
            Document::fact("stagebegeleider / stage supervisor", &terms.stage_supervisor),
        ],
        articles: articles(terms),
    }
}

fn articles(terms: &Terms) -> Vec<Article> {
    let (from, until, hours) = (terms.from, terms.until, terms.hours);
    let minutes = terms.supervision.0;
    let (insured, cap) = (amount(terms.insured), amount(terms.damage_cap));
    vec![
        Article::new(
            "Taken",
            "Tasks",
            [
                "De stagiair doet alleen wat bij een stage past. Leerdoelen en werkzaamheden:\n\
             The pupil does only what fits a stage. Goals and activities:",
                terms.goals.as_str(),
                terms.activities.as_str(),
            ],
        ),
        Article::new(
            "Duur, plaats en begeleiding",
            "Duration, place and supervision",
            [
                &format!(
                    "Van {from} tot en met {until}, samen {hours} klokuren.\nFrom {from} up to and including {until}, {hours} clock hours in all."
                ),
                terms.place.as_str(),
                terms.times.as_str(),
                &format!(
                    "Iedere dag ten minste {minutes} minuten actieve begeleiding.\nAt least {minutes} minutes of active supervision every day."
                ),
            ],
        ),
        Article::new(
            "Stagebegeleider en stagedocent",
            "Stage supervisor and stage teacher",
            [
                "De stagegever wijst de stagebegeleider aan, die de stagiair dagelijks begeleidt en contact houdt met de school.\n\
             The company names the stage supervisor, who guides the pupil day by day and keeps in touch with the school.",
                "De school wijst de stagedocent aan, die over het verloop van de stage kan adviseren.\n\
             The school names the stage teacher, who may advise on how the stage goes.",
            ],
        ),
        Article::new(
            "Aanwijzingen",
            "Directions",
            ["De stagiair houdt zich aan de aanwijzingen van de stagebegeleider.\n\
             The pupil follows the directions of the stage supervisor."],
        ),
        Article::new(
            "Gedrag, veiligheid en geheimhouding",
            "Conduct, safety and confidentiality",
            [
                "De werkplek voldoet aan de arbowet. De stagiair houdt zich aan de regels voor orde, veiligheid en gezondheid.\n\
             The workplace meets the working-conditions law. The pupil keeps the rules of order, safety and health.",
                "Wat vertrouwelijk is, blijft bij de stagegever; een verslag wordt pas gedeeld na zijn toestemming.\n\
             What is confidential stays with the company; a report is shared only after it agreed.",
                terms.conduct.as_str(),
            ],
        ),
        Article::new(
            "Inspectie",
            "Inspection",
            ["De stagegever geeft de onderwijsinspectie de inlichtingen waar zij om vraagt.\n\
             The company gives the education inspectorate the information it asks for."],
        ),
        Article::new(
            "Ziekte en afwezigheid",
            "Illness and absence",
            [
                "De stagiair meldt ziekte, afwezigheid en terugkeer dezelfde dag aan stagegever en school; de stagegever meldt verzuim meteen aan de school.\n\
             The pupil reports illness, absence and return the same day to company and school; the company reports absence to the school at once.",
            ],
        ),
        Article::new("Vergoeding", "Stipend", [stipend(terms.stipend).as_str()]),
        Article::new(
            "Geschillen",
            "Disputes",
            [
                "Een geschil gaat eerst naar de stagebegeleider, dan naar de stagedocent, dan naar de vertegenwoordigers van school en stagegever.\n\
             A dispute goes to the stage supervisor first, then to the stage teacher, then to the representatives of school and company.",
            ],
        ),
        Article::new(
            "Beoordeling",
            "Assessment",
            ["De school beoordeelt en weegt het oordeel van de stagebegeleider mee.\n\
             The school assesses and weighs the judgement of the stage supervisor."],
        ),
        Article::new(
            "Verzekering",
            "Insurance",
            [&format!(
                "De school is verzekerd tegen ongevallen en aansprakelijkheid tijdens de stage, tot {insured}.\nThe school is insured against accidents and liability during the stage, up to {insured}."
            )],
        ),
        Article::new(
            "Schade",
            "Damage",
            [&format!(
                "De school staat in voor schade die de stagiair aan zaken van de stagegever toebrengt, tot {cap} en nooit meer dan de verzekering dekt.\nThe school stands for damage the pupil does to the company's goods, up to {cap} and never beyond what the insurance covers."
            )],
        ),
        Article::new(
            "Einde",
            "End",
            [
                "De overeenkomst eindigt na de laatste dag, of eerder als partijen dat samen willen.\n\
             The agreement ends after its last day, or earlier when the parties agree.",
                "De school kan haar schriftelijk beëindigen nadat zij stagiair, stagebegeleider en stagedocent heeft gehoord; de stagegever schriftelijk en met redenen, aan school en stagiair.\n\
             The school may end it in writing after hearing pupil, stage supervisor and stage teacher; the company in writing and with reasons, to school and pupil.",
            ],
        ),
        Article::new(
            "Geen arbeidsovereenkomst",
            "No employment",
            [
                "Dit is geen arbeidsovereenkomst (art. 7:610 BW).\nThis is not an employment contract (art. 7:610 Dutch Civil Code).",
            ],
        ),
    ]
}

fn stipend(stipend: Option<Stipend>) -> String {
    match stipend {
        None => "De stagiair krijgt geen vergoeding.\nThe pupil receives no stipend.".to_owned(),
        Some(Stipend { amount: paid, payee: Payee::Pupil }) => {
            let amount = amount(paid);
            format!("De stagegever betaalt {amount} aan de stagiair.\nThe company pays {amount} to the pupil.")
        }
        Some(Stipend { amount: paid, payee: Payee::StageFund }) => {
            let amount = amount(paid);
            format!(
                "De stagegever betaalt {amount} aan het stagefonds van de school, dat de leerlingen direct ten goede komt.\n\
                 The company pays {amount} to the school's stage fund, which directly benefits the pupils."
            )
        }
    }
}

/// As amounts are written in the Netherlands, never broken over two lines: `€ 1.000,00`.
fn amount(of: Euros) -> String {
    let (euros, cents) = ((of.cents() / 100).to_string(), of.cents() % 100);
    let grouped: Vec<_> = euros.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("€\u{a0}{},{cents:02}", grouped.join("."))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Visit => "bedrijfsbezoek / visit",
        Kind::Taster => "snuffelstage / taster",
        Kind::Block => "blokstage / block",
        Kind::Ribbon => "lintstage / ribbon",
        Kind::ElectiveInPractice => "keuzevak in de praktijk / elective in practice",
        Kind::Leerwerktraject => "leer-werktraject",
        Kind::EntreeBol => "entree bol",
        Kind::EntreeBbl => "entree bbl",
    }
}
