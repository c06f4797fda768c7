//! How long somebody is kept, as a sentence in both languages. Pure.

use super::Bilingual;
use processing::Whom;
use proto_schemas::consortium::retention_schedule::{Class, CountedFrom, Ground, Term};

/// What the register says of these people under the schedule that decides, if any does.
pub(super) fn sentences(people: &[Whom], adopted: Option<&(i64, Vec<Term>)>) -> Bilingual {
    let terms = adopted.map_or(&[][..], |(_, terms)| terms);
    let mut told = Bilingual { nl: String::new(), en: String::new() };
    for whom in people {
        let (class, nl, en) = named(*whom);
        match terms.iter().find(|term| term.class == class) {
            Some(term) => {
                let (from_nl, from_en) = counted(term.counted_from);
                let (ground_nl, ground_en) = ground(term.ground);
                let (months, law) = (term.months, &term.law);
                told.nl += &format!("{nl}: {months} maanden na {from_nl} ({ground_nl}; {law}). ");
                told.en += &format!("{en}: {months} months after {from_en} ({ground_en}; {law}). ");
            }
            None => {
                told.nl += &format!("{nl}: geen termijn vastgesteld, bewaard tot iemand wordt vergeten. ");
                told.en += &format!("{en}: no term adopted, kept until somebody is forgotten. ");
            }
        }
    }
    match adopted {
        Some((version, _)) => {
            told.nl += &format!("Bewaarschema van de regio, versie {version}.");
            told.en += &format!("The region's retention schedule, version {version}.");
        }
        None => {
            told.nl += "De regio heeft geen bewaarschema vastgesteld.";
            told.en += "The region has adopted no retention schedule.";
        }
    }
    told
}

const fn named(whom: Whom) -> (Class, &'static str, &'static str) {
    match whom {
        Whom::Pupils => (Class::Pupil, "Leerlingen, met hun ouders en voogden", "Pupils, with parents and guardians"),
        Whom::Staff => (Class::Staff, "Medewerkers", "Staff"),
        Whom::Contacts => (Class::Contact, "Contactpersonen", "Company contacts"),
    }
}

const fn counted(from: CountedFrom) -> (&'static str, &'static str) {
    match from {
        CountedFrom::Leaving => ("vertrek", "leaving"),
        CountedFrom::SchoolYearEnd => ("het schooljaar van vertrek", "the school year of leaving"),
        CountedFrom::CalendarYearEnd => ("het kalenderjaar van vertrek", "the calendar year of leaving"),
    }
}

const fn ground(ground: Ground) -> (&'static str, &'static str) {
    match ground {
        Ground::Consent => ("toestemming, AVG art. 6 lid 1 a", "consent, GDPR art. 6(1)(a)"),
        Ground::Contract => ("uitvoering van een overeenkomst, AVG art. 6 lid 1 b", "contract, GDPR art. 6(1)(b)"),
        Ground::LegalObligation => {
            ("wettelijke verplichting, AVG art. 6 lid 1 c", "legal obligation, GDPR art. 6(1)(c)")
        }
        Ground::VitalInterests => ("vitale belangen, AVG art. 6 lid 1 d", "vital interests, GDPR art. 6(1)(d)"),
        Ground::PublicTask => {
            ("taak van algemeen belang, AVG art. 6 lid 1 e", "task in the public interest, GDPR art. 6(1)(e)")
        }
        Ground::LegitimateInterests => {
            ("gerechtvaardigd belang, AVG art. 6 lid 1 f", "legitimate interests, GDPR art. 6(1)(f)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_without_a_term_has_none_in_the_register() {
        let term = Term {
            class: Class::Pupil,
            months: 24,
            counted_from: CountedFrom::SchoolYearEnd,
            ground: Ground::PublicTask,
            law: "Voorbeeldwet art. 1".parse().unwrap(),
        };
        let told = sentences(&[Whom::Pupils, Whom::Staff], Some(&(2, vec![term])));
        assert_eq!(
            told.en,
            "Pupils, with parents and guardians: 24 months after the school year of leaving (task in the public interest, \
             GDPR art. 6(1)(e); Voorbeeldwet art. 1). Staff: no term adopted, kept until somebody is forgotten. The \
             region's retention schedule, version 2."
        );
        let none = sentences(&[Whom::Contacts], None);
        assert_eq!(
            none.nl,
            "Contactpersonen: geen termijn vastgesteld, bewaard tot iemand wordt vergeten. De regio heeft geen \
             bewaarschema vastgesteld."
        );
    }
}
