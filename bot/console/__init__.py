"""The console: server-rendered pages for staff, approvers, moderators and admins. No JavaScript is needed."""
