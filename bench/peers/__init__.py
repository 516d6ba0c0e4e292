"""The same plain job in other engines and in ours: what an engine costs when the job costs nearly nothing."""
