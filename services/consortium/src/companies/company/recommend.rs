//! Which activities fit a company: by what it wants, whom it wants to meet and its time (R064–R066).

use super::Onboard;
use proto_schemas::consortium::company::{
    Form::{self, *},
    Goal::{self, *},
    Place,
    TargetGroup::{self, *},
    TimeClass::{self, *},
};

struct Activity {
    code: &'static str,
    /// The least time it takes.
    time: TimeClass,
    goals: &'static [Goal],
    groups: &'static [TargetGroup],
    /// A company that chose one of these forms is told of it whatever its goals.
    forms: &'static [Form],
    /// Needs the company's own floor.
    at_company: bool,
}

const EVERYONE: &[TargetGroup] = &[Primary, Secondary, Mbo, Hbo];
const VOCATIONAL: &[TargetGroup] = &[Secondary, Mbo, Hbo];

#[rustfmt::skip] // A table is read by its columns.
const ACTIVITIES: [Activity; 12] = [
    Activity { code: "guest-lesson", time: Low, goals: &[YoungTalent, QualityOfEducation, Visibility], groups: EVERYONE, forms: &[Workshop, Teachers], at_company: false },
    Activity { code: "company-visit", time: Low, goals: &[YoungTalent, PositionInRegion, Visibility], groups: EVERYONE, forms: &[Excursion], at_company: true },
    Activity { code: "event", time: Low, goals: &[PositionInRegion, Visibility], groups: EVERYONE, forms: &[CareerOrientation], at_company: false },
    Activity { code: "open-day", time: Low, goals: &[YoungTalent, Visibility], groups: EVERYONE, forms: &[CareerOrientation], at_company: true },
    Activity { code: "sponsor-technology", time: Low, goals: &[QualityOfEducation, OrganisationGoals, Visibility], groups: EVERYONE, forms: &[Facilities], at_company: false },
    Activity { code: "campaign", time: Low, goals: &[OrganisationGoals, Visibility], groups: &[Primary, Secondary], forms: &[], at_company: false },
    Activity { code: "practice-assignment", time: More, goals: &[QualityOfEducation, Innovation, YoungTalent], groups: VOCATIONAL, forms: &[Electives, Assignments], at_company: false },
    Activity { code: "internship", time: More, goals: &[YoungTalent, LearningCulture], groups: VOCATIONAL, forms: &[Supervision, Buddies], at_company: true },
    Activity { code: "lesson-material", time: More, goals: &[QualityOfEducation, Innovation], groups: EVERYONE, forms: &[Electives, TeacherCooperation], at_company: false },
    Activity { code: "hybrid-trainer", time: More, goals: &[QualityOfEducation, LearningCulture], groups: VOCATIONAL, forms: &[Teachers, TeacherCooperation], at_company: false },
    Activity { code: "hybrid-technology-centre", time: Much, goals: &[Innovation, PositionInRegion, OrganisationGoals], groups: VOCATIONAL, forms: &[Facilities], at_company: false },
    Activity { code: "teacher-development", time: Much, goals: &[QualityOfEducation, LearningCulture, OrganisationGoals], groups: VOCATIONAL, forms: &[TeacherCooperation], at_company: false },
];

/// Codes of the activities that fit, in the order of the table.
pub(super) fn recommended(company: &Onboard) -> Vec<&'static str> {
    // No chosen place rules nothing out; places without the company's floor rule its floor out.
    let floor = company.places.is_empty()
        || company
            .places
            .iter()
            .any(|place| matches!(place, Place::SchoolInCompany | Place::CompanyProjects | Place::Intermediary));
    ACTIVITIES
        .iter()
        .filter(|activity| activity.time <= company.time_class)
        .filter(|activity| floor || !activity.at_company)
        .filter(|activity| meets(activity.groups, &company.target_groups))
        .filter(|activity| meets(activity.goals, &company.goals) || meets(activity.forms, &company.forms))
        .map(|activity| activity.code)
        .collect()
}

fn meets<T: PartialEq>(these: &[T], those: &[T]) -> bool {
    these.iter().any(|one| those.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(time_class: TimeClass, goals: &[Goal], forms: &[Form], places: &[Place]) -> Vec<&'static str> {
        recommended(&Onboard {
            goals: goals.to_vec(),
            target_groups: vec![Secondary],
            time_class,
            forms: forms.to_vec(),
            places: places.to_vec(),
            occurred_on: chrono::NaiveDate::default(),
        })
    }

    // R061, R064.
    #[test]
    fn a_company_with_little_time_is_not_asked_for_internships() {
        assert_eq!(company(Low, &[YoungTalent], &[], &[]), ["guest-lesson", "company-visit", "open-day"]);
        assert!(company(More, &[YoungTalent], &[], &[]).contains(&"internship"));
    }

    // R063, R066.
    #[test]
    fn a_technology_centre_takes_a_mission() {
        assert!(!company(More, &[Innovation], &[], &[]).contains(&"hybrid-technology-centre"));
        assert!(company(Much, &[Innovation], &[], &[]).contains(&"hybrid-technology-centre"));
    }

    #[test]
    fn activities_on_the_companys_floor_are_not_recommended_at_school() {
        assert_eq!(company(Low, &[YoungTalent], &[], &[Place::CompanyInSchool]), ["guest-lesson"]);
    }

    #[test]
    fn a_chosen_form_counts_beside_the_goals() {
        assert!(company(More, &[Visibility], &[Electives], &[]).contains(&"practice-assignment"));
    }
}
