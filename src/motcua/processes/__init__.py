"""Internal processes (quy trình nội bộ): how a procedure is worked on, step by step, under the legal clock."""
