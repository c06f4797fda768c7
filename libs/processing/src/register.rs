//! The register of processing activities (verwerkingsregister, AVG art. 30): what is processed, why, and how long.

use serde::Serialize;

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// In Dutch.
    pub nl: &'static str,
    /// In English.
    pub en: &'static str,
}

const fn text(nl: &'static str, en: &'static str) -> Text {
    Text { nl, en }
}

/// Something that is done with personal data. A span names one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// Who takes part is registered and kept up to date.
    Registration,
    /// Names are made findable in the read models.
    NameIndex,
    /// Lists and groups are shown with names.
    NamedLists,
    /// An age is compared with what a rule asks.
    AgeCheck,
    /// Agreements are drawn up with names.
    Agreements,
    /// What was learned is judged.
    Assessment,
    /// A name is revealed to an auditor.
    Reveal,
    /// Somebody is given all that is held about them.
    AccessExport,
}

/// One activity as the register describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which one.
    pub activity: Activity,
    /// What it is called.
    pub name: Text,
    /// What for (art. 30 lid 1 b).
    pub purpose: Text,
    /// On which ground (art. 6).
    pub legal_basis: Text,
    /// Whose data (art. 30 lid 1 c).
    pub data_subjects: Text,
    /// Which data (art. 30 lid 1 c).
    pub data: Text,
    /// Who is shown them (art. 30 lid 1 d).
    pub recipients: Text,
    /// How long they are kept (art. 30 lid 1 f).
    pub retention: Retention,
}

/// How long personal data are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// As long as the region keeps these people, by the terms that it adopted.
    Adopted(&'static [Whom]),
    /// By its nature.
    Fixed(Text),
}

/// Whom a term is adopted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whom {
    /// Leerlingen, met hun ouders en voogden.
    Pupils,
    /// Medewerkers.
    Staff,
    /// Contactpersonen.
    Contacts,
}

impl Activity {
    /// Every activity, in the order of the register.
    pub const ALL: [Self; 8] = [
        Self::Registration,
        Self::NameIndex,
        Self::NamedLists,
        Self::AgeCheck,
        Self::Agreements,
        Self::Assessment,
        Self::Reveal,
        Self::AccessExport,
    ];

    /// The last part of its id; never changed, since spans are kept that name it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::NameIndex => "name-index",
            Self::NamedLists => "named-lists",
            Self::AgeCheck => "age-check",
            Self::Agreements => "agreements",
            Self::Assessment => "assessment",
            Self::Reveal => "reveal",
            Self::AccessExport => "access-export",
        }
    }

    /// How the register describes it.
    #[must_use]
    pub const fn entry(self) -> Entry {
        let task = text(
            "Taak van algemeen belang: onderwijs (AVG art. 6 lid 1 e)",
            "Task in the public interest: education (GDPR art. 6(1)(e))",
        );
        let duty = text("Wettelijke verplichting (AVG art. 6 lid 1 c)", "Legal obligation (GDPR art. 6(1)(c))");
        let pupils = text("Leerlingen", "Pupils");
        let everybody = Retention::Adopted(&[Whom::Pupils, Whom::Staff, Whom::Contacts]);
        let as_pupils = Retention::Adopted(&[Whom::Pupils]);
        let (activity, names) = (self, text("Naam", "Name"));
        match self {
            Self::Registration => Entry {
                activity,
                name: text("Deelnemers registreren", "Registration of who takes part"),
                purpose: text(
                    "Weten wie aan het leren buiten de school deelneemt, en gewijzigde gegevens herkennen",
                    "Knowing who takes part in learning outside school, and recognising what changed",
                ),
                legal_basis: task,
                data_subjects: text(
                    "Leerlingen, hun ouders of voogden, medewerkers, contactpersonen",
                    "Pupils, their parents or guardians, staff, company contacts",
                ),
                data: text(
                    "Naam, geboortedatum, school en klas, adres voor mail, telefoonnummer van contactpersonen",
                    "Name, birth date, school and class, address for mail, telephone number of contacts",
                ),
                recipients: text("De eigen school, de programmaleider", "The own school, the programme leader"),
                retention: everybody,
            },
            Self::NameIndex => Entry {
                activity,
                name: text("Namen vindbaar maken", "Making names findable"),
                purpose: text("Lijsten kunnen sorteren en doorzoeken", "Sorting and searching lists"),
                legal_basis: task,
                data_subjects: text("Leerlingen, medewerkers, contactpersonen", "Pupils, staff, company contacts"),
                data: names,
                recipients: text("Niemand; zie lijsten met namen", "Nobody; see lists with names"),
                retention: everybody,
            },
            Self::NamedLists => Entry {
                activity,
                name: text("Lijsten met namen tonen", "Showing lists with names"),
                purpose: text(
                    "Begeleiden wie komt: groepen, aanwezigheid, overeenkomsten",
                    "Guiding who comes: groups, attendance, agreements",
                ),
                legal_basis: task,
                data_subjects: pupils,
                data: text("Naam, school, klas, aanwezigheid", "Name, school, class, attendance"),
                recipients: text(
                    "Wie volgens de toegangstabel de leerling begeleidt; nooit een auditor",
                    "Who guides the pupil by the access table; never an auditor",
                ),
                retention: as_pupils,
            },
            Self::AgeCheck => Entry {
                activity,
                name: text("Leeftijd toetsen", "Checking an age"),
                purpose: text(
                    "Nagaan of een regel voor jongeren geldt; de leeftijd wordt niet bewaard",
                    "Finding out whether a rule for the young applies; the age is not kept",
                ),
                legal_basis: duty,
                data_subjects: pupils,
                data: text("Geboortedatum", "Birth date"),
                recipients: text("Niemand", "Nobody"),
                retention: as_pupils,
            },
            Self::Agreements => Entry {
                activity,
                name: text("Overeenkomsten opmaken", "Drawing up agreements"),
                purpose: text(
                    "De stageovereenkomst en het contract op naam stellen",
                    "Putting names in the stage agreement and the contract",
                ),
                legal_basis: text(
                    "Uitvoering van een overeenkomst (AVG art. 6 lid 1 b)",
                    "Performance of an agreement (GDPR art. 6(1)(b))",
                ),
                data_subjects: text("Leerlingen, begeleiders", "Pupils, those who guide them"),
                data: names,
                recipients: text("De partijen, de inspecteur", "The parties, the inspector"),
                retention: everybody,
            },
            Self::Assessment => Entry {
                activity,
                name: text("Beoordelen", "Assessment"),
                purpose: text(
                    "Vaststellen wat een leerling heeft geleerd, voor het schoolexamen",
                    "Establishing what a pupil learned, for the school exam",
                ),
                legal_basis: duty,
                data_subjects: pupils,
                data: text("Beoordelingen en toelichtingen", "Judgements and remarks"),
                recipients: text(
                    "De leerling, de eigen school, de begeleider van het bedrijf",
                    "The pupil, the own school, the company's supervisor",
                ),
                retention: as_pupils,
            },
            Self::Reveal => Entry {
                activity,
                name: text("Naam onthullen aan een auditor", "Revealing a name to an auditor"),
                purpose: text(
                    "Een post tot een persoon herleiden, met een reden en onder een mandaat",
                    "Tracing an item to a person, with a reason and under a mandate",
                ),
                legal_basis: duty,
                data_subjects: text("Leerlingen, medewerkers, contactpersonen", "Pupils, staff, company contacts"),
                data: names,
                recipients: text("Eén auditor", "One auditor"),
                retention: Retention::Fixed(text(
                    "De hub bewaart de naam niet; dat zij is onthuld wel, zo lang als het logboek",
                    "The hub does not keep the name; that it was revealed is kept, for as long as the log",
                )),
            },
            Self::AccessExport => Entry {
                activity,
                name: text("Inzage door de betrokkene", "Access by the data subject"),
                purpose: text(
                    "Iemand alles geven wat over die persoon wordt bewaard",
                    "Giving somebody all that is held about them",
                ),
                legal_basis: text(
                    "Wettelijke verplichting: het recht van inzage (AVG art. 15)",
                    "Legal obligation: the right of access (GDPR art. 15)",
                ),
                data_subjects: text("Leerlingen, medewerkers, contactpersonen", "Pupils, staff, company contacts"),
                data: text("Alles wat over de persoon is verzegeld", "All that is sealed about the person"),
                recipients: text("De betrokkene", "The data subject"),
                retention: Retention::Fixed(text("De uitgave wordt niet bewaard", "The export is not kept")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activity_is_described_in_both_languages_under_a_name_of_its_own() {
        let mut slugs: Vec<_> = Activity::ALL.iter().map(|activity| activity.slug()).collect();
        for activity in Activity::ALL {
            let entry = activity.entry();
            assert_eq!(entry.activity, activity);
            for text in
                [entry.name, entry.purpose, entry.legal_basis, entry.data_subjects, entry.data, entry.recipients]
            {
                assert!(!text.nl.is_empty() && !text.en.is_empty() && text.nl != text.en, "{activity:?}: {text:?}");
            }
            match entry.retention {
                Retention::Adopted(whom) => assert!(!whom.is_empty(), "{activity:?}"),
                Retention::Fixed(text) => assert!(!text.nl.is_empty() && text.nl != text.en, "{activity:?}"),
            }
        }
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), Activity::ALL.len());
    }
}
