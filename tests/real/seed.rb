# What the real Redmine holds before the first test: run by tests/real/redmine.
Rails.application.load_tasks
ENV['REDMINE_LANG'] = 'en'
Rake::Task['redmine:load_default_data'].invoke
ActiveRecord::Base.connection.execute('PRAGMA journal_mode=WAL')

{ 'rest_api_enabled' => 1, 'jsonp_enabled' => 0, 'login_required' => 1, 'protocol' => 'http', 'sys_api_enabled' => 0,
  'host_name' => ENV.fetch('SEED_HOST'), 'mail_from' => 'redmine@example.org' }.each { |name, value| Setting[name] = value.to_s }

def api_key(user, value)
  Token.where(user_id: user.id, action: 'api').delete_all
  Token.create!(user: user, action: 'api').update_column(:value, value)
end

admin = User.find_by_login('admin')
admin.password = admin.password_confirmation = SecureRandom.hex(16)
admin.must_change_passwd = false
admin.mail = 'admin@example.org'
admin.save!
api_key(admin, ENV.fetch('SEED_ADMIN_KEY'))

people = { 'ana' => 'Abel', 'ben' => 'Berg', 'chloe' => 'Cole' }.to_h do |login, lastname|
  person = User.new(firstname: login.capitalize, lastname: lastname, mail: "#{login}@example.org", language: 'en')
  person.login = login
  person.password = person.password_confirmation = SecureRandom.hex(16)
  person.save!
  [login, person]
end
api_key(people['ana'], ENV.fetch('SEED_USER_KEY'))

modules = %w[issue_tracking time_tracking news wiki files documents]
demo, apollo = %w[Demo Apollo].map do |name|
  Project.create!(name: name, identifier: name.downcase, is_public: false, enabled_module_names: modules, trackers: Tracker.all.to_a)
end
developer = Role.find_by_name('Developer')
people.each_value { |person| Member.create!(project: demo, principal: person, roles: [developer]) }
# Ana sees no apollo: what she asks for there is refused.
Member.create!(project: apollo, principal: people['chloe'], roles: [developer])

IssueCustomField.create!(name: 'Severity', field_format: 'list', possible_values: %w[low medium high], is_for_all: true,
                         is_filter: true, trackers: Tracker.all.to_a)
IssueCustomField.create!(name: 'Sites', field_format: 'list', possible_values: %w[Berlin Lyon Porto], multiple: true, is_for_all: true,
                         trackers: Tracker.all.to_a)
{ 'Billable' => 'bool', 'Effort' => 'float', 'Review' => 'date', 'Reviewer' => 'user' }.each do |name, format|
  IssueCustomField.create!(name: name, field_format: format, is_for_all: true, trackers: Tracker.all.to_a)
end
IssueCategory.create!(project: demo, name: 'Backend')
Version.create!(project: demo, name: '1.0')
