"""What each kind of element does when a token enters it, while it waits there, and when it leaves.

base        a token's three phases
gateways    where paths part and meet
triggers    what an event waits for: a time, a message
events      what begins, interrupts, catches and ends
compensation  what undoes work that has completed
activities  the work itself
scopes      what tokens live in: process, sub-processes, repetitions
"""
