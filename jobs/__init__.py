"""What runs by the clock: jobs that applications register, the scheduler that finds them due, the worker's care."""
