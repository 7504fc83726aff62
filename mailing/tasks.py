"""The tasks of the worker: send this letter, send what waits. Their arguments are ids; the letters are the truth.

A task is a wake-up call: when one is lost, the scheduler's `send_letters` finds the letter.
"""

from django_tasks import task

from mailing.sending import send_letter, send_waiting

A_TURN = 240


@task()
def deliver(pk):
    """Send the letter `pk` if it waits; return its state, or None."""
    return send_letter(pk)


@task()
def deliver_waiting():
    """Send what waits, for at most four minutes; what is left is the next turn's. Return {state: how many}."""
    counts = send_waiting(seconds=A_TURN)
    return {str(state): n for state, n in counts.items()}
