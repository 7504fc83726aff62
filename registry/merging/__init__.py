"""Two rows that mean the same person or the same association become one, as a step that can be undone.

One row goes and one stays. What is decided here, for people:

- Every relation to the row that goes moves to the one that stays. Relations are found from the
  models, so that a table added later is not forgotten; a test asks for each to be declared.
- Roles are re-pointed. Where the same post of both certainly overlaps, or one record lies within the
  other, they form one row: the earliest start, the latest end (`periods.py`). Figures of any past day
  are as before, less the duplicate.
- Details of the row that stays stay; its empty ones are filled. What is filled but was not public is
  not made public: the consent or the openness of an appointment gives way, because a consent can be
  asked for again and an address that was lost is not found again (`details.py`).
- A consent is for a value. It stays in force only where that value is what would be shown, and never
  against a later withdrawal (`consents.py`).
- A person has one account: the one that stays keeps its own, and the other one's is closed.
- History stays under the id of the row that is gone; it speaks of that row. No living table points to
  it. When the person is erased later, that history goes too (`merged_into`).
- A coordinator merges what lies wholly in the own regions. Coordinators' roles, administrators'
  accounts and anything kept elsewhere are for administrators: nobody gets rights by merging.

For associations: contacts with the same e-mail become one, and a wish for no letters is never lost.
Two different register numbers are two associations. Those of different municipalities are for
administrators, because many local associations have the same name. That an association has ended is not
taken over: somebody says it.
"""

from registry.merging.associations import merge_associations, preview_association_merge
from registry.merging.people import merge_people, preview_person_merge
from registry.merging.steps import merged_into, named_steps

__all__ = [
    "merge_associations",
    "merge_people",
    "merged_into",
    "named_steps",
    "preview_association_merge",
    "preview_person_merge",
]
