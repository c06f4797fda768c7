//! An elective or profile module of a region's catalogue (keuzevak, profielmodule).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ImportId, Label, Minutes};

/// What can happen to an elective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A national elective came with an import of the SLO files (ingelezen).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.elective-imported.v1", rename_all = "camelCase")]
    Imported {
        /// The import that brought it.
        import: ImportId,
        elective: Elective,
    },
    /// The region added an elective of its own (eigen keuzevak toegevoegd).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.elective-added.v1", rename_all = "camelCase")]
    Added { elective: Elective },
    /// A later import, or the region for its own elective, changed it (gewijzigd). Open cases keep what they began with.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.elective-changed.v1", rename_all = "camelCase")]
    Changed {
        /// The import that brought the change; none for an elective of the region's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        import: Option<ImportId>,
        /// The elective as it is from now on.
        elective: Elective,
    },
}

/// An elective as a school finds it in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Elective {
    /// The code of SLO, such as `K/PIE/05`, or the region's own. Not unique: three codes of SLO stand for two electives each.
    pub code: String,
    /// Whether it is an elective or a profile module.
    pub kind: Kind,
    /// The profile it belongs to; none when the region's own elective serves several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Its full name.
    pub title: Label,
    /// A description; may hold line breaks, absent when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The learning paths it is meant for; empty when not stated.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Its size in clock hours, as minutes; 80 to 100 hours is usual. SLO's files do not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Minutes>,
    /// The subject code of DUO (vakcode), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duo_code: Option<String>,
    /// Its subtasks (deeltaken), in their order.
    pub deeltaken: Vec<Deeltaak>,
}

/// A subtask of an elective (deeltaak).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deeltaak {
    /// Its code, such as `K/PIE/05/01`; unique within the elective.
    pub code: String,
    /// A description of what the pupil does.
    pub title: String,
    /// The number of end terms it covers (eindtermen).
    pub end_terms: u8,
}

/// The two kinds of exam part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ElectiveKind)]
pub enum Kind {
    /// An elective (keuzevak).
    Elective,
    /// A module that every pupil of the profile takes (profielmodule).
    ProfileModule,
}

/// The ten profiles of the vmbo, written as schools abbreviate them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
pub enum Profile {
    /// Construction, housing and interior (bouwen, wonen en interieur).
    #[serde(rename = "BWI")]
    Bwi,
    /// Services and products (dienstverlening en producten).
    #[serde(rename = "D&P")]
    Dp,
    /// Economics and business (economie en ondernemen).
    #[serde(rename = "E&O")]
    Eo,
    /// Agriculture and green technology (groen).
    #[serde(rename = "GROEN")]
    Groen,
    /// Hospitality, bakery and leisure (horeca, bakkerij en recreatie).
    #[serde(rename = "HBR")]
    Hbr,
    /// Mobiliteit en transport; `MET` in codes.
    #[serde(rename = "M&T")]
    Mobility,
    /// Maritiem en techniek; `MT` in codes.
    #[serde(rename = "MaT")]
    Maritime,
    /// Media, design and ICT (media, vormgeving en ICT).
    #[serde(rename = "MVI")]
    Mvi,
    /// Production, installation and energy (produceren, installeren en energie).
    #[serde(rename = "PIE")]
    Pie,
    /// Care and welfare (zorg en welzijn).
    #[serde(rename = "Z&W")]
    Zw,
}

/// The learning paths of the vmbo (leerwegen).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Basic vocational (basisberoepsgericht).
    Bb,
    /// Advanced vocational (kaderberoepsgericht).
    Kb,
    /// Combined (gemengd).
    Gl,
    /// Theoretical (theoretisch).
    Tl,
}
