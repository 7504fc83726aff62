"""Checks of whether a liaison has what the task takes, and how agents have come along."""

from django.utils.translation import gettext_lazy

from registry.models import Agent
from registry.privacy import months_before
from registry.quality.checks import Check, Finding
from registry.quality.roles import holder

# Trainings are held yearly: who has waited longer than from one to the next has been forgotten.
CANDIDATE_MONTHS = 12
TRAINED_MONTHS = 12


def _liaisons_lacking(scope, check, lacks):
    """Yield a finding for each liaison of the day for whom `lacks` is true."""
    for liaison in scope.liaisons:
        if lacks(liaison):
            yield Finding(
                check=check,
                subject=f"appointment-{liaison.pk}",
                text=holder(liaison),
                url_name="admin:registry_appointment_change",
                url_args=(liaison.pk,),
                since=liaison.start,
                **scope.in_municipality(liaison.municipality_id),
            )


def find_without_working_time(scope):
    """Find liaisons for whom no working time is known."""
    return _liaisons_lacking(
        scope, "working_time_missing", lambda each: each.hours_per_week is None and each.percent is None
    )


def find_without_job_description(scope):
    """Find liaisons whose job description nobody can open: it has neither a link nor a day of publication."""
    return _liaisons_lacking(
        scope,
        "job_description_missing",
        lambda each: not each.job_description_url and each.job_description_published_on is None,
    )


def find_associations_not_told(scope):
    """Find liaisons of whom the associations have not been told by the day."""
    return _liaisons_lacking(
        scope,
        "associations_not_told",
        lambda each: each.associations_told_on is None or each.associations_told_on > scope.on,
    )


def _agents_lacking(scope, check, lacks, since, url=lambda agent: ("admin:registry_agent_change", agent.pk)):
    """Yield a finding for each agent of the day for whom `lacks` is true."""
    for agent in scope.agents:
        if lacks(agent):
            url_name, pk = url(agent)
            yield Finding(
                check=check,
                subject=f"agent-{agent.pk}",
                text=str(agent.person),
                url_name=url_name,
                url_args=(pk,),
                since=since(agent),
                **scope.in_municipality(agent.municipality_id),
            )


def find_agents_without_pair(scope):
    """Find active agents who work with no liaison."""
    paired = {each.agent_id for each in scope.pairings if each.is_current_on(scope.on)}
    return _agents_lacking(
        scope,
        "agent_without_pair",
        lambda agent: agent.stage_on(scope.on) == Agent.Stage.ACTIVE and agent.pk not in paired,
        lambda agent: agent.active,
    )


def find_agents_not_shown(scope):
    """Find active agents without consent to show their name."""
    return _agents_lacking(
        scope,
        "agent_not_shown",
        lambda agent: agent.stage_on(scope.on) == Agent.Stage.ACTIVE and not agent.has_public_name,
        lambda agent: agent.active,
        lambda agent: ("admin:registry_person_change", agent.person_id),
    )


def find_agents_never_active(scope):
    """Find agents trained over a year ago who have not taken up the task."""
    limit = months_before(scope.on, TRAINED_MONTHS)
    return _agents_lacking(
        scope,
        "agent_never_active",
        lambda agent: agent.stage_on(scope.on) == Agent.Stage.TRAINED and agent.trained_last < limit,
        lambda agent: agent.trained,
    )


def find_old_candidates(scope):
    """Find candidates of over a year who have not been trained."""
    limit = months_before(scope.on, CANDIDATE_MONTHS)
    return _agents_lacking(
        scope,
        "candidate_old",
        lambda agent: agent.stage_on(scope.on) == Agent.Stage.CANDIDATE and agent.start_last < limit,
        lambda agent: agent.start,
    )


CHECKS = (
    Check(
        "working_time_missing",
        gettext_lazy("No working time for the liaison"),
        gettext_lazy(
            "Naming a liaison is not enough: without working time the task stays undone. Ask how many hours a week "
            "have been assigned."
        ),
        find_without_working_time,
    ),
    Check(
        "job_description_missing",
        gettext_lazy("No job description for the liaison"),
        gettext_lazy("Associations see from it what to ask for: ask where it is published, and add the link."),
        find_without_job_description,
    ),
    Check(
        "associations_not_told",
        gettext_lazy("Associations not told of the liaison"),
        gettext_lazy(
            "Nobody calls a liaison they do not know of: ask when the associations were told, and add the day."
        ),
        find_associations_not_told,
    ),
    Check(
        "agent_without_pair",
        gettext_lazy("An active agent without a pair"),
        gettext_lazy("An agent works beside a liaison: bring the two together and record the pair."),
        find_agents_without_pair,
    ),
    Check(
        "agent_not_shown",
        gettext_lazy("An active agent whom the public does not see"),
        gettext_lazy(
            "Without consent to show the name the municipality's page shows nobody: ask for the consent. No is an "
            "answer too, then say that it is right so."
        ),
        find_agents_not_shown,
    ),
    Check(
        "agent_never_active",
        gettext_lazy("Trained over a year ago, not active"),
        gettext_lazy("Ask whether the agent still wants to begin: record the beginning, or end the role."),
        find_agents_never_active,
    ),
    Check(
        "candidate_old",
        gettext_lazy("A candidate for over a year"),
        gettext_lazy("A volunteer who hears nothing gives up: invite the candidate to a training, or end the role."),
        find_old_candidates,
    ),
)
