"""What a run computes, stage by stage; `order.analyse` calls the others, and only `pipeline` it."""
