"""Ideas for the town: calls, ideas, what people add to them, and what becomes of them."""

from apps.ideas.ballot.models import Ballot, BallotItem, Electorate, Vote, Voter
from apps.ideas.models.call import Call, CallPhase, IdeaRules, rules_of
from apps.ideas.models.idea import SHAPES, Contact, Idea, ground_of, shape_columns
from apps.ideas.models.progress import IdeaPhoto, Milestone
from apps.ideas.models.taking_part import AbuseNote, Comment, Support, SupportContact
